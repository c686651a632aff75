import Foundation
import OcellusGraph
import OcellusModels

/// All that a run needs to go on as if it had never stopped: weights, running statistics, the optimiser's states and the
/// progress, in one safetensors file that is replaced as a whole.
struct Checkpoint {
    private static let progressKey = "progress"

    let progress: TrainingProgress
    private let file: SafetensorsFile

    /// Writes the state of a session.
    static func write(_ progress: TrainingProgress, of parameters: ParameterStore, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let json = String(decoding: try encoder.encode(progress), as: UTF8.self)
        let tensors = try parameters.names.map { name in
            guard let shape = parameters.shape(of: name) else { throw GraphError("there is no parameter '\(name)'") }
            return (name: name, shape: shape)
        }
        try AtomicFile.write(to: path) { writer in
            try SafetensorsWriter.write(tensors, metadata: [progressKey: json], to: writer) { try parameters.read($0) }
        }
    }

    /// Opens a checkpoint.
    /// - Throws: `ModelError`, or `TrainingError` when it is no checkpoint.
    init(contentsOf path: String) throws {
        file = try SafetensorsFile(path)
        guard let json = file.metadata[Self.progressKey] else {
            throw TrainingError("\(path) is no checkpoint: it says nothing of a run's progress")
        }
        do {
            progress = try JSONDecoder().decode(TrainingProgress.self, from: Data(json.utf8))
        } catch {
            throw TrainingError("\(path) is damaged: its progress cannot be read")
        }
        guard [progress.epoch, progress.batch, progress.step].allSatisfy({ 0..<Int(Int32.max) ~= $0 }),
            progress.history.count == progress.epoch
        else { throw TrainingError("\(path) is damaged: its progress does not add up") }
    }

    /// Puts the saved state into a session of the same network and optimiser.
    /// - Throws: `TrainingError` when the checkpoint is of another network or optimiser.
    func restore(_ parameters: ParameterStore) throws {
        guard Set(file.names) == Set(parameters.names) else {
            let other = Set(file.names).symmetricDifference(parameters.names).sorted().prefix(3)
            throw TrainingError(
                "\(file.path) is of another network or optimiser: \(other.joined(separator: ", ")) …")
        }
        for name in parameters.names {
            guard try file.shape(of: name) == parameters.shape(of: name) else {
                throw TrainingError("\(file.path): '\(name)' is \(try file.shape(of: name)), not as the network has it")
            }
            try parameters.write(try file.floats(of: name), to: name)
        }
    }
}
