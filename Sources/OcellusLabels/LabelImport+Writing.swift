import FoundationEssentials
import OcellusData
import OcellusImages

extension LabelImport {
    /// Writes a file of labels with the pictures whose labels are good, as `train` and the rest read it. Boxes are cut out and
    /// written as PNG files to a folder beside it, `NAME-crops` for `NAME.csv`.
    ///
    /// - Parameters:
    ///   - path: what is written; nothing is overwritten.
    ///   - progress: told how many pictures have been cut, of how many.
    /// - Throws: ``DatasetError``, `ImageError` of a picture that is cut.
    public func write(to path: String, progress: (Int, Int) -> Void = { _, _ in }) throws {
        let folder = ManifestFile.folder(of: path)
        var isFolder = false
        guard fileKind(folder, &isFolder), isFolder else {
            throw DatasetError.unwritable(file: path, reason: "there is no folder \(quoted(folder))")
        }
        guard !fileKind(path, &isFolder) else { throw DatasetError.alreadyExists(path) }
        guard pictures.contains(where: { $0.box != nil }) else {
            let place = RelativePaths(from: folder)
            let entries = pictures.map {
                Manifest.Entry(path: place.path(to: $0.file), className: $0.className, part: $0.part)
            }
            try ManifestFile.write(entries.sorted { isOrderedByScalars($0.path, $1.path) }, to: path)
            return
        }
        let name = LabelFile.nameOnly(path)
        let crops = (name.lowercased().hasSuffix(".csv") ? String(name.dropLast(4)) : name) + "-crops"
        let cutter = BoxCutter(folder: folder + "/" + crops)
        do {
            let entries = try cutter.cut(pictures, progress: progress).map {
                Manifest.Entry(path: crops + "/" + $0.path, className: $0.className, part: $0.part)
            }
            try ManifestFile.write(entries, to: path)
        } catch {
            cutter.remove()
            throw error
        }
    }
}

/// Paths from a folder on.
private struct RelativePaths {
    private let base: [String]

    init(from folder: String) { base = Self.components(folder) }

    func path(to file: LabelFile) -> String {
        let target = Self.components(file.root) + file.relativePath.split(separator: "/").map(String.init)
        let common = zip(base, target).prefix { $0 == $1 }.count
        return (Array(repeating: "..", count: base.count - common) + target.dropFirst(common)).joined(separator: "/")
    }

    private static func components(_ folder: String) -> [String] {
        URL(fileURLWithPath: folder).standardizedFileURL.resolvingSymlinksInPath().path.split(separator: "/")
            .map(String.init)
    }
}
