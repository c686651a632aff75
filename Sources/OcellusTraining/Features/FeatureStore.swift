import Foundation
import OcellusModels

/// The features of pictures, as far as they are known: from a cache's files, and from this run.
final class FeatureStore {
    /// How many features a picture has.
    let featureCount: Int

    private enum Place {
        case file(Int, row: Int)
        case memory(row: Int)
    }

    private let cache: FeatureCache
    private let checksum: String
    private var places: [FeatureKey: Place] = [:]
    private var files: [FeatureFile] = []
    private var added: [FeatureKey] = []
    private var values: [Float] = []
    /// How many of what was added is in files.
    private var savedCount = 0

    /// Opens what the cache has of the features that have the checksum given. Files that are damaged are removed.
    init(featureCount: Int, checksum: String, cache: FeatureCache) {
        self.featureCount = featureCount
        self.cache = cache
        self.checksum = checksum
        for path in cache.files(checksum: checksum) {
            guard let file = try? FeatureFile(path, featureCount: featureCount) else {
                try? FileManager.default.removeItem(atPath: path)
                continue
            }
            for (row, key) in file.keys.enumerated() { places[key] = .file(files.count, row: row) }
            files.append(file)
        }
    }

    /// Whether features are known.
    func contains(_ key: FeatureKey) -> Bool { places[key] != nil }

    /// Reserves memory for the features of so many more pictures.
    /// - Returns: whether they may be kept.
    func reserve(_ count: Int) -> Bool {
        let total = values.count + count * featureCount
        guard total * MemoryLayout<Float>.stride <= cache.memoryLimit else { return false }
        values.reserveCapacity(total)
        return true
    }

    /// Keeps features, one picture's after the other.
    func add(_ keys: [FeatureKey], _ features: [Float]) {
        for (row, key) in keys.enumerated() where places[key] == nil {
            places[key] = .memory(row: added.count)
            added.append(key)
            values += features[row * featureCount..<(row + 1) * featureCount]
        }
    }

    /// The features of pictures that are known, one after the other.
    /// - Throws: `ModelError` when a cache's file has become unreadable; `TrainingError` when a picture's are not known.
    func features(of keys: [FeatureKey]) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: keys.count * featureCount) { target, count in
            for (row, key) in keys.enumerated() {
                let part = UnsafeMutableBufferPointer(rebasing: target[row * featureCount..<(row + 1) * featureCount])
                switch places[key] {
                case .memory(let row):
                    _ = part.update(fromContentsOf: values[row * featureCount..<(row + 1) * featureCount])
                case .file(let file, let row): try files[file].copy(row: row, to: part)
                case nil: throw TrainingError("features are asked for that were not computed")
                }
            }
            count = keys.count * featureCount
        }
    }

    /// Writes what was added since the last time to the cache, if there is room. A cache that cannot be written is none.
    func save() {
        guard savedCount < added.count else { return }
        let keys = Array(added[savedCount...])
        let byteCount = keys.count * (featureCount + FeatureKey.wordCount) * 4
        let words = keys.flatMap(\.words)
        let name = String(words.withUnsafeBytes { XXH64.hash($0) }, radix: 16)
        if let path = cache.newFile(checksum: checksum, name: name, byteCount: byteCount) {
            let features = savedCount == 0 ? values : Array(values[(savedCount * featureCount)...])
            try? FeatureFile.write(keys, features, to: path)
        }
        savedCount = added.count
    }
}
