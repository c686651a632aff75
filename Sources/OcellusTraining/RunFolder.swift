import Foundation
import OcellusData
import OcellusModels

/// The folder of one training run: `run.json`, `split.csv`, `metrics.csv`, `model/` and the last checkpoint. It appears
/// whole or not at all, and each of its parts is replaced as a whole, so that a run that is killed can be resumed.
///
/// While it is open for training, no other process can train in it.
public final class RunFolder {
    /// Where it is.
    public let path: String

    private let lock: Int32

    /// The folder of the model with the best epoch's weights.
    public var modelPath: String { path + "/model" }
    /// Which picture is in which part.
    public var splitPath: String { path + "/split.csv" }
    /// A row an epoch.
    public var metricsPath: String { path + "/metrics.csv" }
    /// How the run came about.
    public var descriptionPath: String { path + "/run.json" }
    /// Where the run stands.
    public var checkpointPath: String { path + "/checkpoint.safetensors" }

    /// Makes a new run.
    ///
    /// - Throws: `TrainingError` when there is something at `path` already; `ModelError` when it cannot be written.
    public static func create(
        _ path: String, description: RunDescription, split: DataSplit, dataset: Dataset
    ) throws -> RunFolder {
        try checkAbsence(of: path)
        let parent = (path as NSString).deletingLastPathComponent
        if !parent.isEmpty {
            do {
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            } catch {
                throw TrainingError("the folder \(parent) cannot be made: \(error.localizedDescription)")
            }
        }
        let json = try encoded(description)
        let csv = Array(split.csv(for: dataset).utf8)
        try AtomicFolder.write(to: path, owning: []) { folder in
            try folder.write("run.json") { try $0.write(json) }
            try folder.write("split.csv") { try $0.write(csv) }
        }
        return try RunFolder(path)
    }

    /// - Throws: `TrainingError` when there is something at `path` already.
    public static func checkAbsence(of path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw TrainingError(
                "\(path) exists already and is not overwritten; name another folder for --output, or go on with that run: "
                    + "ocellus train --resume \(path)")
        }
    }

    /// Opens a run that exists.
    ///
    /// - Throws: `TrainingError` when there is none at `path`, or another process trains in it.
    public init(_ path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path + "/run.json") else {
            throw TrainingError("there is no run in \(path): it has no run.json")
        }
        lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw TrainingError("the run \(path) cannot be opened") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw TrainingError("another process is training in \(path)")
        }
    }

    deinit { close(lock) }

    /// Reads `run.json`.
    /// - Throws: `TrainingError` naming what is wrong with it.
    public func description() throws -> RunDescription {
        guard let data = FileManager.default.contents(atPath: descriptionPath) else {
            throw TrainingError("\(descriptionPath) cannot be read")
        }
        do {
            let description = try JSONDecoder().decode(RunDescription.self, from: data)
            guard description.formatVersion == 1 else {
                throw TrainingError(
                    "\(descriptionPath) has format version \(description.formatVersion); this ocellus knows 1")
            }
            return description
        } catch let error as DecodingError {
            throw TrainingError("\(descriptionPath) is damaged: \(error.inWords)")
        }
    }

    /// Replaces `run.json`.
    public func write(_ description: RunDescription) throws {
        try AtomicFile.write(try Self.encoded(description), to: descriptionPath)
    }

    /// Replaces `metrics.csv`.
    public func writeMetrics(_ history: [EpochMetrics]) throws {
        var text =
            "epoch,loss,accuracy,validation_loss,validation_accuracy,learning_rate,seconds,images_per_second\n"
        for row in history {
            let numbers: [Any] = [
                row.epoch, row.loss, row.accuracy, row.validationLoss, row.validationAccuracy, row.learningRate,
                row.seconds, row.imagesPerSecond,
            ]
            text += numbers.map { "\($0)" }.joined(separator: ",") + "\n"
        }
        try AtomicFile.write(Array(text.utf8), to: metricsPath)
    }

    /// Where the run stands; nil when it was stopped before its first checkpoint.
    func checkpoint() throws -> Checkpoint? {
        guard FileManager.default.fileExists(atPath: checkpointPath) else { return nil }
        return try Checkpoint(contentsOf: checkpointPath)
    }

    private static func encoded(_ description: RunDescription) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(description))
    }
}

extension DecodingError {
    /// What is wrong and where: `options.epochs: …`.
    var inWords: String {
        let context: Context
        switch self {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        case .keyNotFound(let key, let found):
            let place = (found.codingPath + [key]).map(\.stringValue).joined(separator: ".")
            return "'\(place)' is missing"
        @unknown default: return localizedDescription
        }
        let place = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return place.isEmpty ? context.debugDescription : "'\(place)': \(context.debugDescription)"
    }
}
