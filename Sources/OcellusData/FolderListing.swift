import FoundationEssentials
import OcellusImages

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The pictures below a folder, with the class and part that their folders say.
package struct FolderListing {
    /// What was found.
    var manifest: Manifest { Manifest(classNames: classNames, pictures: pictures, ignored: ignored) }

    private var classNames: [String] = []
    private var pictures: [Manifest.Entry] = []
    private var ignored: [String] = []

    private let root: String
    /// Pictures that lie above the class folders, by the folder (relative, "" for the root).
    private var stray: [(folder: String, names: [String])] = []

    init(folder: String) throws {
        root = folder
        let top = try list("")
        noteOutside(top)
        let parts = top.folders.map { ($0, Part(folderName: $0)) }
        let named = parts.filter { $0.1 != nil }
        if named.contains(where: { $0.1 == .train }), named.count > 1 || parts.count == 1 {
            for (name, part) in parts {
                // `labels/` and the like stand beside the parts in many exports.
                guard let part else {
                    ignored.append(name + "/")
                    continue
                }
                let inside = try list(name)
                noteOutside(inside)
                for className in inside.folders { try addClass(className, at: name + "/" + className, part: part) }
            }
        } else {
            for className in top.folders { try addClass(className, at: className, part: nil) }
        }

        if pictures.isEmpty, let (place, names) = stray.first {
            throw DatasetError.noClassFolders(
                folder: place.isEmpty ? folder : folder + "/" + place, pictures: names.count, example: names[0])
        }
        if pictures.isEmpty { throw DatasetError.noPictures(folder: folder) }
    }

    private static let extensions = Set(ImageFormat.allCases.flatMap(\.fileExtensions))

    /// Whether the name ends as a picture's.
    package static func isPicture(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return extensions.contains(name[name.index(after: dot)...].lowercased())
    }

    private struct Contents {
        let path: String
        var folders: [String] = []
        var pictures: [String] = []
        var others: [String] = []

        func below(_ name: String) -> String { path.isEmpty ? name : path + "/" + name }
    }

    /// What a folder holds, hidden files aside, each kind sorted.
    private func list(_ path: String) throws -> Contents {
        let full = path.isEmpty ? root : root + "/" + path
        var contents = Contents(path: path)
        for name in try listFolder(full).sorted(by: isOrderedByScalars) where !name.hasPrefix(".") {
            var isFolder = false
            // A link that leads nowhere is listed as a picture, so that it is reported as unreadable.
            _ = fileKind(full + "/" + name, &isFolder)
            if isFolder {
                contents.folders.append(name)
            } else if Self.isPicture(name) {
                contents.pictures.append(name)
            } else {
                contents.others.append(name)
            }
        }
        return contents
    }

    private mutating func noteOutside(_ contents: Contents) {
        if !contents.pictures.isEmpty { stray.append((contents.path, contents.pictures)) }
        ignored += (contents.others + contents.pictures).map(contents.below)
    }

    private mutating func addClass(_ name: String, at path: String, part: Part?) throws {
        classNames.append(name)
        // Links between folders may form a ring; each real folder is entered once.
        var entered: Set<String> = []
        var pending = [path]
        while let folder = pending.popLast() {
            guard entered.insert(realPath(root + "/" + folder)).inserted else { continue }
            let contents = try list(folder)
            pictures += contents.pictures.map { Manifest.Entry(path: contents.below($0), className: name, part: part) }
            ignored += contents.others.map(contents.below)
            pending += contents.folders.map(contents.below)
        }
    }
}

/// The order of the Unicode scalars, which is the order of the UTF-8 bytes: unlike `String`'s it does not depend on the
/// version of the Unicode tables.
package func isOrderedByScalars(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
}

/// The names of all that a folder holds, in no order.
///
/// - Throws: ``DatasetError/unlistable(folder:reason:)`` with the system's reason.
package func listFolder(_ path: String) throws -> [String] {
    do {
        return try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
        throw DatasetError.unlistable(folder: path, reason: String(cString: strerror(errno)))
    }
}

/// Where a file is that a folder's listing or labels name: paths start from the folder, unless they start with `/`.
package func pathOfFile(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : folder + "/" + path
}

/// Whether anything is found at `path`, links followed, and whether it is a folder.
package func fileKind(_ path: String, _ isFolder: inout Bool) -> Bool {
    FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
}

private func realPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
}
