#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file seen as memory. Its pages are read when they are first touched, and shared by all processes that map it, so
/// that opening a large file costs nothing and four servers with one model hold it once.
///
/// The file must not be shortened while it is mapped (reading past its new end would end the process). What this module
/// writes never is: files and folders are replaced as wholes, and the mapping keeps the old one.
final class MappedFile: @unchecked Sendable {  // The memory is read-only and lives as long as the object.
    let path: String
    let bytes: UnsafeRawBufferPointer

    /// Maps the file at `path`.
    /// - Throws: `ModelError` when it is missing, may not be read, or is no regular file.
    init(_ path: String) throws {
        // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw ModelError(path, "cannot be opened: \(systemReason())") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ModelError(path, "cannot be read: \(systemReason())") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ModelError(path, "is not a file") }
        self.path = path
        let count = Int(status.st_size)
        guard count > 0 else {  // an empty mapping is an error to the system
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let memory, memory != MAP_FAILED else { throw ModelError(path, "cannot be mapped: \(systemReason())") }
        bytes = UnsafeRawBufferPointer(start: memory, count: count)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
