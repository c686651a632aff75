import Foundation
import Ocellus

/// What a run's folder tells of it, read without getting in the way of a process that trains there.
public struct RunRecord: Sendable {
    /// The run's folder.
    public let path: String
    /// How it came about, and what came out.
    public let description: RunDescription
    /// One entry a complete epoch.
    public let epochs: [Epoch]
    /// Changes when a picture joins or leaves the test part, or changes its class or content: accuracies of runs in which it
    /// differs do not compare. Nil when the run has no `split.csv`.
    public let testPart: String?
    /// Every setting by its name in `run.json`, as `options.optimizer.learningRate`, without results and dates.
    public let settings: [String: String]

    /// An epoch's row of `metrics.csv`, by the columns' names.
    public typealias Epoch = [String: Double]

    /// Reads a run.
    ///
    /// - Throws: `TrainingError` when there is none at `path`, or what is wrong with it.
    public init(contentsOf path: String) throws {
        self.path = path
        let file = path + "/run.json"
        guard FileManager.default.fileExists(atPath: file) else {
            throw TrainingError("there is no run in \(path): it has no run.json")
        }
        description = try RunDescription(contentsOf: file)
        let settings = try JSONValue(contentsOf: file).flattened
        self.settings = settings.filter { name, _ in
            !["command", "date", "result", "formatVersion"].contains(String(name.prefix { $0 != "." && $0 != "[" }))
        }
        epochs = Self.epochs(path + "/metrics.csv")
        testPart = Self.testPart(path + "/split.csv", fingerprint: description.dataFingerprint)
    }

    /// The best epoch so far by validation accuracy, then loss.
    public var best: Epoch? {
        epochs.max { left, right in
            (left["validation_accuracy"] ?? 0, -(left["validation_loss"] ?? 0))
                < (right["validation_accuracy"] ?? 0, -(right["validation_loss"] ?? 0))
        }
    }

    /// Validation accuracy of the best epoch so far, 0…1.
    public var validationAccuracy: Double? { description.result?.validationAccuracy ?? best?["validation_accuracy"] }

    /// Accuracy on the test part, 0…1; nil until the run is complete.
    public var testAccuracy: Double? { description.result?.testAccuracy }

    /// The time that the epochs so far took.
    public var seconds: Double { description.result?.seconds ?? epochs.reduce(0) { $0 + ($1["seconds"] ?? 0) } }

    /// The number of the best epoch so far.
    public var bestEpoch: Int? { description.result?.bestEpoch ?? best?["epoch"].map { Int($0) } }

    private static func epochs(_ path: String) -> [Epoch] {
        guard let bytes = try? readFile(path), let records = try? CSV.parse(String(decoding: bytes, as: UTF8.self)),
            let head = records.first?.fields
        else { return [] }
        return records.dropFirst().map { record in
            Dictionary(
                zip(head, record.fields).compactMap { name, field in Double(field).map { (name, $0) } },
                uniquingKeysWith: { $1 })
        }
    }

    private static func testPart(_ path: String, fingerprint: String) -> String? {
        guard let bytes = try? readFile(path), let records = try? CSV.parse(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        let lines = records.filter { $0.fields.last == Part.test.rawValue }.map { CSV.line($0.fields) }.sorted()
        let text = Array((fingerprint + "\n" + lines.joined()).utf8)
        let hash = text.withUnsafeBytes { XXH64.hash($0) }
        return String(String(hash, radix: 16).suffix(8))
    }
}
