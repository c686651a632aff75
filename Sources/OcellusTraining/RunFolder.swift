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
    /// The weights that a run began with that did not begin anew.
    public var initialWeightsPath: String { path + "/initial.safetensors" }
    /// Where the run stands.
    public var checkpointPath: String { path + "/checkpoint.safetensors" }

    /// Makes a new run.
    ///
    /// - Parameter weights: what it begins with, by name; nil when it begins anew.
    /// - Throws: `TrainingError` when there is something at `path` already; `ModelError` when it cannot be written.
    public static func create(
        _ path: String, description: RunDescription, split: DataSplit, dataset: Dataset, weights: ModelWeights? = nil
    ) throws -> RunFolder {
        try checkAbsence(of: path)
        try makeParent(of: path)
        let json = try encoded(description)
        let csv = Array(split.csv(for: dataset).utf8)
        try AtomicFolder.write(to: path, owning: []) { folder in
            try folder.write("run.json") { try $0.write(json) }
            try folder.write("split.csv") { try $0.write(csv) }
            guard let weights else { return }
            let tensors = weights.names.compactMap { name in weights.shape(of: name).map { (name: name, shape: $0) } }
            try folder.write("initial.safetensors") { writer in
                try SafetensorsWriter.write(
                    tensors, metadata: ["format": "ocellus"], to: writer, values: weights.values(of:))
            }
        }
        return try RunFolder(path)
    }

    /// Makes the folder that holds `path`, and those around it.
    package static func makeParent(of path: String) throws {
        let parent = (path as NSString).deletingLastPathComponent
        guard !parent.isEmpty else { return }
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw TrainingError("the folder \(parent) cannot be made: \(error.localizedDescription)")
        }
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
        guard Self.takeLock(lock) else {
            close(lock)
            throw TrainingError("another process is training in \(path)")
        }
    }

    deinit { close(lock) }

    /// Tries for a moment: a process that is being started holds copies of all its parent's files until it runs.
    private static func takeLock(_ file: Int32) -> Bool {
        for _ in 0..<25 {
            // A file system that knows no locks is no reason to refuse.
            if flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return true }
            usleep(20_000)
        }
        return false
    }

    /// Reads `run.json`.
    /// - Throws: `TrainingError` naming what is wrong with it.
    public func description() throws -> RunDescription { try RunDescription(contentsOf: descriptionPath) }

    /// Replaces `run.json`.
    public func write(_ description: RunDescription) throws {
        try AtomicFile.write(try Self.encoded(description), to: descriptionPath)
    }

    /// What the run began with; nil when it began anew.
    func initialWeights() throws -> ModelWeights? {
        guard FileManager.default.fileExists(atPath: initialWeightsPath) else { return nil }
        return .file(try SafetensorsFile(initialWeightsPath))
    }

    /// Whether there is something to go on from.
    public var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpointPath) }

    /// Where the run stands; nil when it was stopped before its first checkpoint.
    func checkpoint() throws -> Checkpoint? {
        guard hasCheckpoint else { return nil }
        return try Checkpoint(contentsOf: checkpointPath)
    }

    /// How far the run has come; nil before its first checkpoint.
    /// - Throws: `ModelError` or `TrainingError` when the checkpoint is damaged.
    public func progress() throws -> TrainingProgress? { try checkpoint()?.progress }

    private static func encoded(_ description: RunDescription) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(description))
    }
}
