import Foundation
import Ocellus
import Testing

@Suite("Cross-validation and search", .serialized) struct ExperimentTests {
    private let folder: TemporaryFolder
    private let choices: TrainingChoices

    init() throws {
        folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 10, size: 40)
        try Data(
            """
            layers:
              - {kind: convolution, filters: 4, kernel: 3, stride: 2, activation: relu}
              - {kind: flatten}
              - {kind: dense, units: classes}
            """.utf8
        ).write(to: URL(fileURLWithPath: folder("net.yaml")))
        var choices = TrainingChoices()
        try choices.set("network", to: folder("net.yaml"))
        choices.size = 24
        choices.epochs = 2
        choices.batch = 8
        choices.device = .cpu
        self.choices = choices
    }

    @Test("folds are even in each class, test every picture once, and keep alike ones together")
    func folds() throws {
        let dataset = try Dataset(folder: folder("data"))
        let alike = [[0, 1, 2], [12, 14]]
        let folds = try DataSplit.folds(dataset, count: 5, lookalikes: alike, seed: 4)
        #expect(folds.count == 5)
        for index in dataset.samples.indices {
            #expect(
                folds.count { $0.parts[index] == .test } == 1 && folds.count { $0.parts[index] == .validation } == 1)
        }
        for fold in folds {
            for part in [Part.test, .validation] {
                #expect(fold.counts(of: part, in: dataset).allSatisfy { 1...3 ~= $0 })
            }
            for group in alike { #expect(Set(group.map { fold.parts[$0] }).count == 1) }
        }
        #expect(try DataSplit.folds(dataset, count: 5, lookalikes: alike, seed: 4) == folds)
        #expect(try DataSplit.folds(dataset, count: 5, lookalikes: alike, seed: 5) != folds)
        #expect(throws: DatasetError.self) { try DataSplit.folds(dataset, count: 11, seed: 4) }
    }

    /// Asks to stop after a number of steps.
    private final class StopAfter: TrainingCallback {
        var steps: Int
        let request: StopRequest

        init(steps: Int, _ request: StopRequest) {
            self.steps = steps
            self.request = request
        }

        func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
            steps -= 1
            if steps == 0 { request.make() }
        }
    }

    private func reporting(stopAfter steps: Int, _ request: StopRequest) -> ExperimentReporting {
        var reporting = ExperimentReporting()
        reporting.callbacks = [StopAfter(steps: steps, request)]
        return reporting
    }

    @Test("cross-validation gives a mean and a spread, and goes on after an interruption to the same numbers")
    func crossValidation() throws {
        let whole = try #require(
            try CrossValidation(choices, data: folder("data"), output: folder("whole"), folds: 3).run())
        #expect(whole.accuracies.count == 3)
        let mean = whole.accuracies.reduce(0, +) / 3
        let spread = (whole.accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
        #expect(abs(whole.mean - mean) < 1e-12 && abs(whole.standardDeviation - spread) < 1e-12)
        for steps in [1, 5, 9] {
            let path = folder("stopped\(steps)")
            let request = StopRequest()
            let begun = try CrossValidation(
                choices, data: folder("data"), output: path, folds: 3, stopRequest: request)
            #expect(try begun.run(reporting(stopAfter: steps, request)) == nil)
            #expect(CrossValidation.isAt(path))
            #expect(try CrossValidation(resuming: path).run() == whole)
        }
        let again = try String(contentsOfFile: folder("whole/folds.json"), encoding: .utf8)
        #expect(again.contains("standardDeviation"))
        for (choices, folds, words) in [(choices, 2, "3 to 20"), (try split(choices), 3, "--split")] {
            #expect {
                _ = try CrossValidation(choices, data: folder("data"), output: folder("no"), folds: folds)
            } throws: { error in
                "\(error)".contains(words)
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder("no")))
    }

    private func split(_ choices: TrainingChoices) throws -> TrainingChoices {
        var choices = choices
        try choices.set("split", to: "60/20/20")
        return choices
    }

    private func space() throws -> SearchSpace {
        try Data(
            """
            optimizer: [adam, sgd]
            learning-rate: {log-uniform: [0.0001, 0.1]}
            label-smoothing: {uniform: [0, 0.2]}
            batch: {integer: [4, 9]}
            """.utf8
        ).write(to: URL(fileURLWithPath: folder("space.yaml")))
        return try SearchSpace(contentsOf: folder("space.yaml"))
    }

    @Test("a space is drawn from evenly, and what is wrong with it is said with its line") func spaces() throws {
        let space = try space()
        let drawn = (0..<200).map { space.draw(trial: $0, seed: 1) }
        #expect(drawn[0] == space.draw(trial: 0, seed: 1) && drawn[0] != space.draw(trial: 0, seed: 2))
        let names = drawn[0].map(\.name)
        #expect(names == ["optimizer", "learning-rate", "label-smoothing", "batch"])
        #expect(70...130 ~= drawn.count { $0[0].value == "sgd" })
        let rates = drawn.compactMap { Double($0[1].value) }
        #expect(rates.allSatisfy { 0.0001...0.1 ~= $0 } && 45...95 ~= rates.count { $0 < 0.001 })
        #expect(Set(drawn.map { $0[3].value }) == ["4", "5", "6", "7", "8", "9"])
        let wrong: [(String, [String])] = [
            ("optimizer: [adam]\nbatsch: [1]", ["line 2", "did you mean 'batch'"]),
            ("batch: [a]", ["line 1", "whole"]),
            ("batch: 3", ["line 1", "list of values"]), ("batch: {uniform: [3, 1]}", ["a below b"]),
            ("learning-rate: {log-uniform: [0, 1]}", ["above 0"]), ("seed: [1, 2]", ["same for all"]),
            ("batch: {even: [1, 2]}", ["no 'even'"]), ("", ["options and their values"]),
        ]
        for (yaml, words) in wrong {
            try Data(yaml.utf8).write(to: URL(fileURLWithPath: folder("wrong.yaml")))
            #expect {
                _ = try SearchSpace(contentsOf: folder("wrong.yaml"))
            } throws: { error in
                words.allSatisfy { "\(error)".contains($0) } && "\(error)".contains("wrong.yaml")
            }
        }
    }

    @Test("a search by successive halving goes on after an interruption to the same trials")
    func halving() throws {
        var choices = choices
        choices.epochs = 4
        choices.batch = nil
        func search(_ name: String, _ request: StopRequest = StopRequest()) throws -> Search {
            try Search(
                space(), choices, data: folder("data"), output: folder(name), trials: 4, halving: 2, firstEpochs: 1,
                stopRequest: request)
        }
        let whole = try #require(try search("whole").run())
        #expect(whole.count == 4 && Set(whole.map(\.number)) == [1, 2, 3, 4])
        #expect(whole.map(\.epochs).sorted() == [1, 1, 2, 4])
        #expect(whole[0].testAccuracy != nil && whole.count { $0.testAccuracy != nil } == 1)
        for steps in [2, 17] {
            let request = StopRequest()
            #expect(try search("stopped\(steps)", request).run(reporting(stopAfter: steps, request)) == nil)
            #expect(try Search(resuming: folder("stopped\(steps)")).run() == whole)
        }
    }

    @Test("a trial that diverges is last, and ends no search") func divergence() throws {
        let space = try SearchSpace([.init("learning-rate", .choice(["1e30", "0.001"]))])
        var choices = choices
        choices.optimizer = .sgd
        let trials = try #require(
            try Search(space, choices, data: folder("data"), output: folder("wild"), trials: 6).run())
        #expect(trials.first?.failure == nil && trials.last?.failure?.contains("diverged") == true)
        #expect(trials.allSatisfy { ($0.failure == nil) == ($0.choices[0].value != "1e30") })
    }

    @Test("a search whose options cannot go together makes no folder") func errors() throws {
        let momentum = try SearchSpace([.init("momentum", .choice(["0.9"]))])
        var choices = choices
        choices.optimizer = .adam
        #expect(throws: TrainingError.self) {
            try Search(momentum, choices, data: folder("data"), output: folder("no"), trials: 2)
        }
        choices.momentum = 0.5
        #expect {
            _ = try Search(momentum, choices, data: folder("data"), output: folder("no"), trials: 2)
        } throws: { error in
            "\(error)".contains("leave out one of the two")
        }
        #expect(!FileManager.default.fileExists(atPath: folder("no")))
        #expect(throws: TrainingError.self) { try Search(resuming: folder("nothing")) }
    }
}
