import Foundation
import OcellusGraph
import OcellusTraining

/// A search for good options: trials whose options are drawn from a space, each a run in a folder of its own. With successive
/// halving (Jamieson & Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", AISTATS 2016) all
/// trials take few epochs, the best part of them more, and so on; a trial that goes on does so to the same bits as if it had
/// never paused.
public final class Search {
    /// One trial as it stands.
    public struct Trial: Sendable, Equatable {
        /// Its number, from 1.
        public let number: Int
        /// What was drawn for it.
        public let choices: [NamedChoice]
        /// Epochs that are complete.
        public var epochs = 0
        /// The best validation accuracy so far, 0…1; nil before the first epoch.
        public var validationAccuracy: Double?
        /// The validation loss of that epoch.
        public var validationLoss: Double?
        /// Accuracy on the test part, for those that came to their end.
        public var testAccuracy: Double?
        /// Why it has no result: it diverged.
        public var failure: String?
    }

    /// What `search.json` holds.
    struct Description: Codable, Sendable {
        var formatVersion = 1
        var data: String
        var space: SearchSpace
        var trials: Int
        /// Which part goes on at each rung is one in so many; nil for a search without rungs.
        var halving: Int?
        /// The epochs of the first rung.
        var firstEpochs: Int?
        var choices: [NamedChoice]
        var command: [String]?
        /// Trials that diverged, by number, with the error's words.
        var failures: [Int: String] = [:]
    }

    /// Where it is.
    public let path: String
    private let folder: ExperimentFolder<Description>
    private var description: Description
    private let choices: TrainingChoices
    private let stopRequest: StopRequest

    /// Makes the folder of a search.
    ///
    /// - Parameters:
    ///   - space: what is drawn for each trial.
    ///   - choices: what all trials have in common.
    ///   - trials: how many.
    ///   - halving: one in so many goes on at each rung, from 2; nil to train all to their end.
    ///   - firstEpochs: the epochs of the first rung; nil for as many as leave one trial at the last.
    /// - Throws: the error of what cannot be done; then there is no folder.
    public init(
        _ space: SearchSpace, _ choices: TrainingChoices, data: String, output: String, trials: Int,
        halving: Int? = nil, firstEpochs: Int? = nil, command: [String]? = nil, stopRequest: StopRequest = StopRequest()
    ) throws {
        guard 1...10_000 ~= trials else { throw TrainingError("--trials is \(trials); it must be 1 to 10000") }
        if let halving, !(2...16 ~= halving) {
            throw TrainingError("--halving is \(halving); it must be 2 to 16")
        }
        if let firstEpochs {
            guard halving != nil else { throw TrainingError("--first-epochs is for --halving") }
            guard firstEpochs >= 1 else {
                throw TrainingError("--first-epochs is \(firstEpochs); it must be 1 or more")
            }
        }
        let fixed = Set(choices.given.map(\.name))
        if let both = space.dimensions.first(where: { fixed.contains($0.name) })?.name {
            throw TrainingError("'\(both)' is in the space, and is given as an option too: leave out one of the two")
        }
        path = output
        folder = ExperimentFolder(path: output, file: Self.file)
        self.choices = choices
        self.stopRequest = stopRequest
        description = Description(
            data: URL(fileURLWithPath: data).standardizedFileURL.path, space: space, trials: trials, halving: halving,
            firstEpochs: firstEpochs, choices: choices.named, command: command)
        // Each trial's options must go together, before there is a folder.
        for trial in 1...trials {
            let settings = try settings(trial)
            if trial == 1 { try TrainingJob.checkOutput(settings) }
            try settings.options.validate()
        }
        try folder.create(description)
    }

    /// Goes on with one that was interrupted.
    /// - Throws: `TrainingError` when there is none at `path`.
    public init(resuming path: String, stopRequest: StopRequest = StopRequest()) throws {
        self.path = path
        folder = ExperimentFolder(path: path, file: Self.file)
        guard folder.exists else { throw TrainingError("there is no search in \(path): it has no \(Self.file)") }
        description = try folder.description()
        choices = try TrainingChoices(description.choices)
        self.stopRequest = stopRequest
    }

    private static let file = "search.json"

    /// Runs what is left of the search.
    ///
    /// - Parameter rungEnded: told of all trials after each rung.
    /// - Returns: all trials, the best first; nil when it was interrupted, with everything saved.
    public func run(
        _ reporting: ExperimentReporting = ExperimentReporting(), rungEnded: ([Trial]) -> Void = { _ in }
    ) throws -> [Trial]? {
        var active = Array(1...description.trials)
        let epochs = try settings(1).options.epochs
        var results: [Int: Trial] = [:]
        for (place, rung) in rungs(epochs).enumerated() {
            for number in active {
                guard let trial = try train(number, to: rung, reporting) else { return nil }
                results[number] = trial
            }
            let ranked = active.compactMap { results[$0] }.sorted(by: Self.isBetter)
            rungEnded(ranked)
            let next = max(1, ranked.count / (description.halving ?? 1))
            if place + 1 < rungs(epochs).count {
                active = ranked.prefix(next).filter { $0.failure == nil }.map(\.number).sorted()
            }
        }
        return results.values.sorted(by: Self.isBetter)
    }

    /// After how many epochs trials are compared; the last is the end.
    private func rungs(_ epochs: Int) -> [Int] {
        guard let halving = description.halving else { return [epochs] }
        var rungs: [Int] = []
        var first =
            description.firstEpochs
            ?? {
                var rest = description.trials
                var least = epochs
                while rest > 1, least > 1 { (rest, least) = (rest / halving, max(least / halving, 1)) }
                return least
            }()
        while first < epochs {
            rungs.append(first)
            first *= halving
        }
        return rungs + [epochs]
    }

    /// A higher validation accuracy, or as high a one at a lower loss. Trials that were dropped stay behind those that went on:
    /// they were behind at the rung, and nobody's best gets worse.
    private static func isBetter(_ left: Trial, _ right: Trial) -> Bool {
        let (one, other) = (left.failure == nil, right.failure == nil)
        if one != other { return one }
        return (left.validationAccuracy ?? -1, -(left.validationLoss ?? .infinity), -left.number)
            > (right.validationAccuracy ?? -1, -(right.validationLoss ?? .infinity), -right.number)
    }

    /// Trains a trial until a number of epochs is complete, or its end.
    /// - Returns: how it stands then; nil when it was interrupted before.
    private func train(_ number: Int, to epochs: Int, _ reporting: ExperimentReporting) throws -> Trial? {
        var trial = Trial(number: number, choices: drawn(number))
        if let failure = description.failures[number] {
            trial.failure = failure
            return trial
        }
        if try !isComplete(number, to: epochs) {
            if stopRequest.isMade { return nil }
            reporting.willRun(
                "trial \(number) of \(description.trials) to epoch \(epochs): "
                    + trial.choices.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
            // A trial pauses at its rung by the same way as it would be interrupted.
            let pause = PauseAfter(epochs: epochs, stopRequest)
            do {
                let job = try TrainingJob.begun(
                    at: runPath(number), { try settings(number) }, reporting, features: choices.features,
                    threads: choices.threads, memoryLimit: choices.memoryLimit, stopRequest: pause.request)
                _ = try job.train(reporting, and: [pause])
            } catch let error as TrainingError where error.isDivergence {
                trial.failure = error.description
                description.failures[number] = error.description
                try folder.write(description)
                return trial
            } catch is CancellationError {
                return nil
            }
            guard try isComplete(number, to: epochs) else { return nil }
        }
        let run = try RunFolder(runPath(number))
        let history = try run.progress()?.history.prefix(epochs) ?? []
        trial.epochs = history.count
        let best = history.reduce(nil as EpochMetrics?) { best, next in
            best.map { next.isBetter(than: $0) ? next : $0 } ?? next
        }
        trial.validationAccuracy = best?.validationAccuracy
        trial.validationLoss = best?.validationLoss
        trial.testAccuracy = try run.description().result?.testAccuracy
        return trial
    }

    /// Whether a trial has taken so many epochs, or come to its end.
    private func isComplete(_ number: Int, to epochs: Int) throws -> Bool {
        guard FileManager.default.fileExists(atPath: runPath(number)) else { return false }
        let run = try RunFolder(runPath(number))
        let description = try run.description()
        if description.result != nil { return true }
        // One that has taken all its epochs is yet to be tested.
        guard epochs < description.options.epochs, let progress = try run.progress() else { return false }
        return progress.epoch >= epochs
    }

    private func drawn(_ number: Int) -> [NamedChoice] {
        description.space.draw(trial: number - 1, seed: choices.seed ?? 0)
    }

    /// The folder of a trial's run.
    public func runPath(_ number: Int) -> String {
        path + "/trial-" + String(repeating: "0", count: max(0, 3 - "\(number)".count)) + "\(number)"
    }

    private func settings(_ number: Int) throws -> TrainingSettings {
        var choices = choices
        for choice in drawn(number) { try choices.set(choice.name, to: choice.value) }
        return try TrainingSettings(
            choices, data: description.data, output: runPath(number), command: description.command)
    }
}

/// Asks to stop when so many epochs are complete, or when another request is made.
private final class PauseAfter: TrainingCallback {
    let steersSteps = false
    let request = StopRequest()
    private let epochs: Int
    private let other: StopRequest

    init(epochs: Int, _ other: StopRequest) {
        self.epochs = epochs
        self.other = other
        if other.isMade { request.make() }
    }

    func batchDidEnd(_ step: StepReport, _ trainer: Trainer) { if other.isMade { request.make() } }

    func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) {
        if metrics.epoch >= epochs || other.isMade { request.make() }
    }
}
