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
/// writes never is: files and folders are replaced as wholes, and the mapping keeps the old one. Where others may do
/// otherwise, it is copied.
final class MappedFile: @unchecked Sendable {  // The memory is read-only and lives as long as the object.
    let path: String
    let bytes: UnsafeRawBufferPointer

    /// Maps the file at `path`.
    ///
    /// - Parameter isCopied: whether its bytes are read into memory of their own instead, so that nothing that happens to the file
    ///   later matters; for what runs for weeks.
    /// - Throws: `ModelError` when it is missing, may not be read, or is no regular file; or is shortened while it is copied.
    init(_ path: String, isCopied: Bool = false) throws {
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
        let memory =
            isCopied
            ? mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | Self.anonymous, -1, 0)
            : mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let memory, memory != MAP_FAILED else { throw ModelError(path, "cannot be mapped: \(systemReason())") }
        bytes = UnsafeRawBufferPointer(start: memory, count: count)
        if isCopied {
            try Self.read(descriptor, path, into: UnsafeMutableRawBufferPointer(start: memory, count: count))
        }
    }

    private static func read(_ descriptor: Int32, _ path: String, into memory: UnsafeMutableRawBufferPointer) throws {
        var offset = 0
        while offset < memory.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[offset...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ModelError(path, "cannot be read: \(systemReason())") }
            guard count > 0 else { throw ModelError(path, "was shortened while it was read. Copy the model again.") }
            offset += count
        }
        mprotect(memory.baseAddress, memory.count, PROT_READ)
    }

    #if canImport(Darwin)
        private static let anonymous = MAP_ANON
    #else
        // All pages at once: they are about to be written.
        private static let anonymous = MAP_ANONYMOUS | MAP_POPULATE
    #endif

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
