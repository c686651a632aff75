import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Opens a file for reading; a folder or a pipe, which nobody may ever write to, is refused.
///
/// - Throws: ``DatasetError/unreadable(file:reason:)`` with the system's reason. The caller closes the file.
func openRegularFile(_ path: String) throws -> UnsafeMutablePointer<FILE> {
    func failure(_ reason: String) -> DatasetError { .unreadable(file: path, reason: reason) }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        close(descriptor)
        throw failure("it is not a regular file")
    }
    guard let file = fdopen(descriptor, "rb") else {
        close(descriptor)
        throw failure(String(cString: strerror(errno)))
    }
    return file
}

/// A whole file.
///
/// - Throws: ``DatasetError/unreadable(file:reason:)`` with the system's reason.
package func readFile(_ path: String) throws -> [UInt8] {
    let file = try openRegularFile(path)
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&piece, 1, piece.count, file)
        bytes += piece[..<count]
        if ferror(file) != 0 {
            throw DatasetError.unreadable(file: path, reason: String(cString: strerror(errno)))
        }
        if count < piece.count { return bytes }
    }
}

/// Writes a file that does not exist yet: complete on disk under another name first, then linked to its own, which fails
/// when that is taken. So nothing is overwritten and no half file is left.
///
/// - Throws: ``DatasetError/alreadyExists(_:)``, ``DatasetError/unwritable(file:reason:)``.
package func writeNewFile(_ bytes: [UInt8], to path: String) throws {
    func failure() -> DatasetError { .unwritable(file: path, reason: String(cString: strerror(errno))) }
    let temporary = "\(path).\(getpid()).partial"
    guard let file = fopen(temporary, "wbx") else { throw failure() }
    let written = bytes.isEmpty ? 0 : fwrite(bytes, 1, bytes.count, file)
    let isComplete = written == bytes.count && fflush(file) == 0 && fsync(fileno(file)) == 0
    defer { unlink(temporary) }
    guard fclose(file) == 0, isComplete else { throw failure() }
    if link(temporary, path) == 0 { return }
    if errno == EEXIST || access(path, F_OK) == 0 { throw DatasetError.alreadyExists(path) }
    // Some file systems have no links; there the last check has to do.
    guard rename(temporary, path) == 0 else { throw failure() }
}

/// The first bytes of a file, at most `count`.
///
/// - Throws: ``DatasetError/unreadable(file:reason:)`` with the system's reason.
package func readStart(of path: String, count: Int) throws -> [UInt8] {
    let file = try openRegularFile(path)
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    let read = fread(&bytes, 1, count, file)
    if ferror(file) != 0 { throw DatasetError.unreadable(file: path, reason: String(cString: strerror(errno))) }
    return Array(bytes[..<read])
}
