import Foundation
import Ocellus

/// The file `mlflow.json` in a run's folder: which run it is at which MLflow server, and how much of the outbox that has.
struct MLflowState: Codable, Equatable {
    var formatVersion = 1
    /// The server's address.
    var server: String
    var experiment: String
    /// The run's name there.
    var name: String
    /// What the run is found by when it was made but the answer got lost.
    var key: String
    /// The run there; nil before it is made.
    var runID: String?
    var experimentID: String?
    /// Where the server keeps the run's files.
    var artifacts: String?
    /// How many bytes of the outbox the server has.
    var sent = 0

    init(server: String, experiment: String, name: String) {
        (self.server, self.experiment, self.name) = (server, experiment, name)
        key = UUID().uuidString
    }

    /// The state of a run.
    static func path(of run: String) -> String { run + "/mlflow.json" }

    /// Whether a run is tracked by a server.
    static func exists(in run: String) -> Bool { FileManager.default.fileExists(atPath: path(of: run)) }

    /// Reads a run's.
    ///
    /// - Throws: `MLflowError` when there is none, or it is damaged.
    init(run: String) throws {
        let path = Self.path(of: run)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw MLflowError("\(path) cannot be read: the run was not trained with --mlflow")
        }
        do {
            self = try JSONDecoder().decode(MLflowState.self, from: data)
        } catch {
            throw MLflowError("\(path) is damaged: \(error)")
        }
        guard formatVersion == 1, sent >= 0 else {
            throw MLflowError("\(path) is of another version of ocellus, or damaged")
        }
    }

    /// Replaces a run's.
    ///
    /// - Throws: `ModelError` when it cannot be written.
    func write(to run: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(Array(try encoder.encode(self)), to: Self.path(of: run))
    }

    /// The run's page at the server; nil before it is made.
    var page: String? {
        guard let runID, let experimentID else { return nil }
        return "\(server)/#/experiments/\(experimentID)/runs/\(runID)"
    }
}
