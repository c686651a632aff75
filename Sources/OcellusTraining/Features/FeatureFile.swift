import Foundation
import OcellusGraph
import OcellusModels

/// Features in a file: `keys` and `features` with as many rows, and a checksum of both. Nothing is brought to the disk
/// before its time: a file that a power cut spoils is noticed by its checksum, and its features are computed again.
struct FeatureFile {
    /// The pictures and views that it has, in its order.
    let keys: [FeatureKey]
    private let file: SafetensorsFile
    private let featureCount: Int

    /// Opens a file and compares its checksum.
    /// - Throws: `ModelError` when it is damaged, or of another number of features.
    init(_ path: String, featureCount: Int) throws {
        file = try SafetensorsFile(path)
        self.featureCount = featureCount
        let words = try file.floats(of: "keys").map(\.bitPattern)
        let count = words.count / FeatureKey.wordCount
        guard try file.shape(of: "keys") == [count, FeatureKey.wordCount],
            try file.shape(of: "features") == [count, featureCount]
        else { throw ModelError(path, "has not the shape of features") }
        let sum = try file.withUnsafeFloats(of: "features") { Self.checksum(words, $0) }
        guard file.metadata["xxh64"] == sum else { throw ModelError(path, "is damaged") }
        keys = (0..<count).map {
            FeatureKey(words: words[$0 * FeatureKey.wordCount..<($0 + 1) * FeatureKey.wordCount])
        }
    }

    /// Copies the features of one row.
    func copy(row: Int, to target: UnsafeMutableBufferPointer<Float>) throws {
        try file.withUnsafeFloats(of: "features") { features in
            _ = target.update(fromContentsOf: features[row * featureCount..<(row + 1) * featureCount])
        }
    }

    /// Writes a file beside, then gives it its name.
    /// - Throws: `ModelError` when it cannot be written.
    static func write(_ keys: [FeatureKey], _ features: [Float], to path: String) throws {
        let words = keys.flatMap(\.words)
        let sum = features.withUnsafeBufferPointer { checksum(words, $0) }
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
        do {
            let writer = try FileWriter(creating: temporary, calledBy: path)
            let tensors: [(name: String, shape: Shape)] = [
                ("features", [keys.count, features.count / keys.count]), ("keys", [keys.count, FeatureKey.wordCount]),
            ]
            try SafetensorsWriter.write(tensors, metadata: ["xxh64": sum], to: writer) { name in
                name == "keys" ? words.map { Float(bitPattern: $0) } : features
            }
            guard rename(temporary, path) == 0 else { throw ModelError(path, "cannot be named") }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private static func checksum(_ words: [UInt32], _ features: UnsafeBufferPointer<Float>) -> String {
        let hashes = [
            words.withUnsafeBytes { XXH64.hash($0) }, XXH64.hash(UnsafeRawBufferPointer(features)),
        ]
        return hashes.map { String($0, radix: 16) }.joined(separator: "-")
    }
}
