import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes folders so that, whatever happens and whenever, there is the old folder or the new one, whole.
package enum AtomicFolder {
    /// The files of a new folder.
    package struct Content: ~Copyable {
        fileprivate let location: String
        fileprivate let path: String

        /// Writes one file of the folder.
        /// - Returns: where the file is for now, to be read again.
        /// - Throws: `ModelError` that names the file as it will be called, and what `body` throws.
        @discardableResult
        package borrowing func write(_ name: String, _ body: (FileWriter) throws -> Void) throws -> String {
            let file = "\(location)/\(name)"
            let writer = try FileWriter(creating: file, calledBy: "\(path)/\(name)")
            try body(writer)
            try writer.synchronize()
            return file
        }
    }

    /// Writes a folder, or replaces one with all that is in it.
    /// - Parameters:
    ///   - path: The folder. The one that holds it must exist.
    ///   - names: The files that such a folder may hold. A folder that holds another is someone else's: it is left alone.
    ///     With no names at all, there must be no folder yet.
    ///   - body: Writes the files. When it throws, the old folder stays.
    /// - Throws: `ModelError` that names the folder or the file, and what `body` throws.
    package static func write(to path: String, owning names: Set<String>, _ body: (borrowing Content) throws -> Void)
        throws
    {
        let target = try replaceable(path, owning: names)
        let staging = try Staging(for: target, isFolder: true)
        defer { staging.finish() }
        try body(Content(location: staging.path, path: path))
        try synchronizeFolder(staging.path)
        try names.isEmpty ? makeNew(staging.path, at: target) : move(staging.path, to: target)
        try synchronizeFolder(splitPath(target).folder)
        // The old folder now has the hidden name, and is removed.
    }

    /// The folder to replace, with no symbolic link in its place.
    private static func replaceable(_ path: String, owning names: Set<String>) throws -> String {
        var status = stat()
        guard lstat(path, &status) == 0 else { return path }
        var target = path
        if status.st_mode & S_IFMT == S_IFLNK {
            guard let resolved = realpath(path, nil) else {
                throw ModelError(path, "is a symbolic link to what does not exist. Remove it, or give another folder.")
            }
            target = String(cString: resolved)
            free(resolved)
        }
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: target) else {
            throw ModelError(path, "is not a folder that can be written. Remove it, or give another one.")
        }
        if let stranger = found.sorted().first(where: { !names.contains($0) }) {
            throw ModelError(
                path, "holds '\(stranger)', which would be lost if the folder were replaced. Give another folder.")
        }
        return target
    }

    /// Fails when another process has made the target since it was looked for.
    private static func makeNew(_ staged: String, at target: String) throws {
        if renameToFree(staged, target) { return }
        throw ModelError(
            target, errno == EEXIST ? "exists already and is not replaced." : "cannot be written: \(systemReason())")
    }

    private static func move(_ staged: String, to target: String) throws {
        // A plain rename replaces what does not exist or is an empty folder, and no other.
        if rename(staged, target) == 0 { return }
        guard errno == ENOTEMPTY || errno == EEXIST else {
            throw ModelError(target, "cannot be written: \(systemReason())")
        }
        if exchange(staged, target) { return }
        // Two steps where the file system knows no exchange: for that moment there is neither the old nor the new one.
        let old = try Staging(for: target, isFolder: true)
        defer { old.finish() }
        guard rename(target, old.path) == 0 else { throw ModelError(target, "cannot be replaced: \(systemReason())") }
        guard rename(staged, target) == 0 else {
            let reason = systemReason()
            _ = rename(old.path, target)
            throw ModelError(target, "cannot be replaced: \(reason)")
        }
    }
}
