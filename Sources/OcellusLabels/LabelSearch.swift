import FoundationEssentials
import OcellusData

/// The files of labels and the pictures below a folder.
struct LabelSearch {
    /// Files of each format that was found.
    private(set) var files: [LabelFormat: [LabelFile]] = [:]
    /// All pictures.
    private(set) var pictures: [LabelFile] = []

    /// Looks through a folder, or at one file.
    ///
    /// - Parameters:
    ///   - path: a folder, or a file of labels.
    ///   - format: the only format that is looked for; nil for all.
    /// - Throws: ``DatasetError``.
    init(_ path: String, format: LabelFormat?) throws {
        var isFolder = false
        guard fileKind(path, &isFolder) else {
            throw DatasetError.unreadable(file: path, reason: "there is no such file or folder")
        }
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let formats = format.map { [$0] } ?? LabelFormat.allCases
        guard isFolder else {
            let file = LabelFile(root: ManifestFile.folder(of: path), relativePath: LabelFile.nameOnly(path))
            if let format = formats.first(where: { Self.fits($0, file) }) { files[format] = [file] }
            pictures = try Self.walk(file.root).filter { FolderListing.isPicture($0.name) }
            return
        }
        for file in try Self.walk(path) {
            if FolderListing.isPicture(file.name) {
                pictures.append(file)
            } else if let format = formats.first(where: { Self.fits($0, file) }) {
                files[format, default: []].append(file)
            }
        }
    }

    private static func fits(_ format: LabelFormat, _ file: LabelFile) -> Bool {
        let name = file.name.lowercased()
        return format.reader.endings.contains { name.hasSuffix($0) } && format.reader.recognizes(file)
    }

    /// All files below a folder but hidden ones, sorted by path.
    static func walk(_ root: String) throws -> [LabelFile] {
        var found: [LabelFile] = []
        var entered: Set<String> = []
        var pending = [""]
        while let folder = pending.popLast() {
            let full = folder.isEmpty ? root : root + "/" + folder
            // Links between folders may form a ring.
            let real = URL(fileURLWithPath: full).resolvingSymlinksInPath().path
            guard entered.insert(real).inserted else { continue }
            for name in try listFolder(full) where !name.hasPrefix(".") {
                let path = folder.isEmpty ? name : folder + "/" + name
                var isFolder = false
                guard fileKind(root + "/" + path, &isFolder) else { continue }
                if isFolder { pending.append(path) } else { found.append(LabelFile(root: root, relativePath: path)) }
            }
        }
        return found.sorted { isOrderedByScalars($0.relativePath, $1.relativePath) }
    }
}

extension LabelFile {
    /// What follows the last `/` or `\`.
    static func nameOnly(_ path: String) -> String {
        String(path.split { $0 == "/" || $0 == "\\" }.last ?? "")
    }
}
