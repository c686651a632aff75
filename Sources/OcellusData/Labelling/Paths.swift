import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An absolute path without `.` and `..` and, as far as it exists, without links: two names of one file give the same.
package func resolvedPath(_ path: String) -> String {
    var missing: [Substring] = []
    var rest = Substring(path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
    while true {
        if let found = realpath(rest.isEmpty ? "/" : String(rest), nil) {
            defer { free(found) }
            let start = String(cString: found)
            return missing.isEmpty
                ? start : (start == "/" ? "" : start) + "/" + missing.reversed().joined(separator: "/")
        }
        while rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return path }
        missing.append(rest[rest.index(after: slash)...])
        rest = rest[..<slash]
    }
}

/// How a file is named from a folder on: `a.jpg`, or `../photos/a.jpg`.
///
/// - Parameters: absolute paths without `.` and `..`.
package func relativePath(of path: String, from folder: String) -> String {
    let target = path.split(separator: "/")
    let start = folder.split(separator: "/")
    let common = zip(target, start).prefix { $0.0.utf8.elementsEqual($0.1.utf8) }.count
    let steps = Array(repeating: "..", count: start.count - common) + target[common...].map(String.init)
    return steps.joined(separator: "/")
}

/// Files by where they really are: links are resolved in the names of folders, and not in the file's own, so that links to
/// pictures stay pictures of their own.
struct PlaceTable {
    private var folders: [String: String] = [:]

    subscript(path: String) -> String {
        mutating get {
            guard let slash = path.lastIndex(of: "/") else { return self["./" + path] }
            let folder = String(path[...slash])
            let real = folders[folder] ?? resolvedPath(folder)
            folders[folder] = real
            return (real == "/" ? "" : real) + "/" + path[path.index(after: slash)...]
        }
    }
}
