import Foundation
import OcellusData
import OcellusGraph
import OcellusTraining

/// K-fold cross-validation: one run a fold, each tested on pictures that no other is, so that the accuracies tell how much of a
/// result is the luck of the split. A folder holds `folds.json`, and for each fold a `split-1.csv` and a run `fold-1`.
public final class CrossValidation {
    /// What came out of the folds that are complete.
    public struct Result: Sendable, Codable, Equatable {
        /// Accuracy on each fold's test part, 0…1.
        public var accuracies: [Double] = []
        /// Loss on each fold's test part.
        public var losses: [Double] = []

        /// The mean accuracy.
        public var mean: Double { accuracies.reduce(0, +) / Double(max(accuracies.count, 1)) }

        /// The accuracies' sample standard deviation; 0 of one.
        public var standardDeviation: Double {
            guard accuracies.count > 1 else { return 0 }
            let squares = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (squares / Double(accuracies.count - 1)).squareRoot()
        }

        private enum CodingKeys: String, CodingKey { case accuracies, losses, mean, standardDeviation }

        /// Nothing yet.
        public init() {}

        /// Reads the folds' numbers.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            accuracies = try container.decode([Double].self, forKey: .accuracies)
            losses = try container.decode([Double].self, forKey: .losses)
        }

        /// Writes the folds' numbers, their mean and spread.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(accuracies, forKey: .accuracies)
            try container.encode(losses, forKey: .losses)
            try container.encode(mean, forKey: .mean)
            try container.encode(standardDeviation, forKey: .standardDeviation)
        }
    }

    /// What `folds.json` holds.
    struct Description: Codable, Sendable {
        var formatVersion = 1
        var data: String
        var folds: Int
        var choices: [NamedChoice]
        var command: [String]?
        var result: Result?
    }

    /// How many folds there may be.
    public static let counts = 3...20

    /// Where it is.
    public let path: String
    /// How many folds there are.
    public var count: Int { description.folds }

    private let folder: ExperimentFolder<Description>
    private var description: Description
    private let choices: TrainingChoices
    private let stopRequest: StopRequest

    /// Divides the pictures and makes the folder.
    ///
    /// - Parameters:
    ///   - choices: how each fold is trained.
    ///   - data: the folder of labelled pictures; it must not come in parts.
    ///   - output: the folder that is made.
    ///   - folds: how many.
    ///   - checked: told now and then how many pictures have been decoded, from any thread.
    /// - Throws: the error of what cannot be done; then there is no folder.
    public init(
        _ choices: TrainingChoices, data: String, output: String, folds: Int, command: [String]? = nil,
        stopRequest: StopRequest = StopRequest(), checked: (@Sendable (_ done: Int, _ of: Int) -> Void)? = nil
    ) throws {
        guard Self.counts.contains(folds) else {
            throw TrainingError(
                "--folds is \(folds); it must be \(Self.counts.lowerBound) to \(Self.counts.upperBound)")
        }
        guard choices.split == nil, choices.splitFrom == nil else {
            throw TrainingError("--folds says which picture is in which part: leave out --split and --split-from")
        }
        let settings = try TrainingSettings(choices, data: data, output: output)
        try RunFolder.checkAbsence(of: output)
        try TrainingJob.checkOutput(settings)
        let listed = try Dataset(folder: data)
        guard !listed.isSplit else {
            throw TrainingError(
                "\(data) comes in parts (train, validation, test), which --folds would mix: give a folder of its training "
                    + "pictures alone, or train without --folds")
        }
        let start = try StartingPoint(settings, classes: listed.classes)
        let cache = PictureCache(preprocessing: start.preprocessing)
        let dataset = try TrainingMaterial.check(listed, cache, checked, stopRequest)
        let splits = try DataSplit.folds(
            dataset, count: folds, lookalikes: dataset.lookalikes(in: cache), seed: settings.options.seed)
        path = output
        folder = ExperimentFolder(path: output, file: Self.file)
        self.choices = choices
        self.stopRequest = stopRequest
        description = Description(
            data: URL(fileURLWithPath: data).standardizedFileURL.path, folds: folds, choices: choices.named,
            command: command)
        try folder.create(
            description,
            files: splits.enumerated().map { ("split-\($0 + 1).csv", $1.csv(for: dataset)) })
    }

    /// Goes on with one that was interrupted.
    /// - Throws: `TrainingError` when there is none at `path`.
    public init(resuming path: String, stopRequest: StopRequest = StopRequest()) throws {
        self.path = path
        folder = ExperimentFolder(path: path, file: Self.file)
        description = try folder.description()
        choices = try TrainingChoices(description.choices)
        self.stopRequest = stopRequest
    }

    /// Whether a folder is one of cross-validation.
    public static func isAt(_ path: String) -> Bool { ExperimentFolder<Description>(path: path, file: file).exists }

    private static let file = "folds.json"

    /// Trains what is left of the folds.
    ///
    /// - Returns: what came out; nil when it was interrupted, with everything saved.
    public func run(_ reporting: ExperimentReporting = ExperimentReporting()) throws -> Result? {
        var result = Result()
        for fold in 1...description.folds {
            let path = path + "/fold-\(fold)"
            if FileManager.default.fileExists(atPath: path),
                let done = try RunFolder(path).description().result
            {
                result.accuracies.append(done.testAccuracy)
                result.losses.append(done.testLoss)
                continue
            }
            if stopRequest.isMade { return nil }
            reporting.willRun("fold \(fold) of \(description.folds)")
            let job = try TrainingJob.begun(
                at: path, { try settings(fold, path) }, reporting, features: choices.features, threads: choices.threads,
                memoryLimit: choices.memoryLimit, stopRequest: stopRequest)
            guard let metrics = try job.train(reporting) else { return nil }
            result.accuracies.append(metrics.accuracy)
            result.losses.append(metrics.loss)
        }
        description.result = result
        try folder.write(description)
        return result
    }

    private func settings(_ fold: Int, _ output: String) throws -> TrainingSettings {
        var choices = choices
        choices.splitFrom = path + "/split-\(fold).csv"
        return try TrainingSettings(choices, data: description.data, output: output, command: description.command)
    }
}
