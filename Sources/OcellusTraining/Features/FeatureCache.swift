import Foundation

/// Where features of frozen layers are kept from run to run, and how much of them.
public struct FeatureCache: Sendable, Equatable {
    /// The folder; nil to keep nothing on the disk.
    public var folder: String?
    /// The most bytes that the folder holds. Files that have not been used for longest are removed for new ones.
    public var byteLimit: Int
    /// The most bytes of features held in memory. Of what goes beyond it features are computed in every epoch.
    public var memoryLimit: Int

    /// A cache.
    public init(folder: String?, byteLimit: Int = 4 << 30, memoryLimit: Int = 2 << 30) {
        self.folder = folder
        self.byteLimit = byteLimit
        self.memoryLimit = memoryLimit
    }

    /// In memory alone.
    public static let memory = FeatureCache(folder: nil)

    /// `features` in `$OCELLUS_CACHE`, else in `ocellus` under `$XDG_CACHE_HOME`, else in `~/.cache/ocellus`.
    public static var standard: FeatureCache {
        let environment = ProcessInfo.processInfo.environment
        func path(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        let root =
            path("OCELLUS_CACHE") ?? path("XDG_CACHE_HOME").map { $0 + "/ocellus" }
            ?? (path("HOME") ?? "/tmp") + "/.cache/ocellus"
        return FeatureCache(folder: root + "/features")
    }

    /// The files with features that have the checksum given, and notes that they were used.
    func files(checksum: String) -> [String] {
        guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        return names.filter { Self.isOwn($0) && $0.hasPrefix(checksum) && $0.hasSuffix(Self.suffix) }.sorted().map {
            name in
            let path = folder + "/" + name
            try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
            return path
        }
    }

    /// A path for a new file of `byteCount` bytes, for which room is made; nil when it would be too large.
    func newFile(checksum: String, name: String, byteCount: Int) -> String? {
        guard let folder, byteCount <= byteLimit else { return nil }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        removeOldest(of: folder, leaving: byteLimit - byteCount)
        return "\(folder)/\(checksum)-\(name)\(Self.suffix)"
    }

    private static let suffix = ".safetensors"

    /// Whether a file was written here, whole or not, by its name: someone may name a folder that holds other files too.
    private static func isOwn(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let words = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        return parts.dropFirst().first == "safetensors" && words.count == 2 && words[0].count == 16
            && words.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isHexDigit) }
    }

    private func removeOldest(of folder: String, leaving limit: Int) {
        let keys: Set<URLResourceKey> = [.fileSizeKey, .contentModificationDateKey]
        let found = try? FileManager.default.contentsOfDirectory(
            at: URL(fileURLWithPath: folder), includingPropertiesForKeys: Array(keys))
        let files = (found ?? []).filter { Self.isOwn($0.lastPathComponent) }.compactMap {
            url -> (url: URL, size: Int, date: Date)? in
            guard let values = try? url.resourceValues(forKeys: keys), let size = values.fileSize,
                let date = values.contentModificationDate
            else { return nil }
            return (url, size, date)
        }
        var total = files.reduce(0) { $0 + $1.size }
        for file in files.sorted(by: { $0.date < $1.date }) where total > limit {
            try? FileManager.default.removeItem(at: file.url)
            total -= file.size
        }
    }
}
