import FoundationEssentials

/// What pictures were found to be, kept between checks by the files' content, so that only new ones are decoded.
struct TraitsCache {
    private let file: String?
    private var known: [String: PictureTraits] = [:]

    /// Changes with what is measured.
    private static let version = 2

    private struct Stored: Codable {
        let version: Int
        let traits: [String: PictureTraits]
    }

    /// Reads what is kept in a folder; a file that is damaged or of another version counts for nothing.
    ///
    /// - Parameters:
    ///   - folder: nil to keep nothing.
    ///   - source: the data set, which has a file of its own.
    init(folder: String?, source: String) {
        guard let folder else {
            file = nil
            return
        }
        var hash = FNV1a()
        hash.combine(URL(fileURLWithPath: source).standardizedFileURL.path.utf8)
        let path = "\(folder)/\(String(hash.value, radix: 16)).json"
        file = path
        guard let bytes = try? readFile(path),
            let stored = try? JSONDecoder().decode(Stored.self, from: Data(bytes)), stored.version == Self.version
        else { return }
        known = stored.traits
    }

    subscript(content: ContentKey) -> PictureTraits? { known[Self.key(content)] }

    /// Replaces what is kept by the traits of these pictures. A cache that cannot be written is none.
    func store(_ traits: [(ContentKey, PictureTraits)]) {
        guard let file else { return }
        let stored = Stored(
            version: Self.version,
            traits: Dictionary(traits.map { (Self.key($0), $1) }, uniquingKeysWith: { first, _ in first }))
        guard stored.traits.keys.contains(where: { known[$0] == nil }) || stored.traits.count != known.count,
            let data = try? JSONEncoder().encode(stored)
        else { return }
        let folder = ManifestFile.folder(of: file)
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try? data.write(to: URL(fileURLWithPath: file), options: .atomic)
    }

    private static func key(_ content: ContentKey) -> String {
        String(content.hash, radix: 16) + "-" + String(content.byteCount, radix: 16)
    }
}
