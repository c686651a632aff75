import CMapping

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
/// otherwise, `detach` makes it independent of the file.
final class MappedFile: @unchecked Sendable {  // What is read there never changes, and lives as long as the object.
    let path: String
    let bytes: UnsafeRawBufferPointer
    private let descriptor: Int32

    /// Maps the file at `path`.
    /// - Throws: `ModelError` when it is missing, may not be read, or is no regular file.
    init(_ path: String) throws {
        // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw ModelError(path, "cannot be opened: \(systemReason())") }
        do {
            bytes = try Self.map(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
        close(descriptor)
    }

    private static func map(_ descriptor: Int32, _ path: String) throws -> UnsafeRawBufferPointer {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ModelError(path, "cannot be read: \(systemReason())") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ModelError(path, "is not a file") }
        let count = Int(status.st_size)
        guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }  // which the system cannot map
        guard let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
            throw ModelError(path, "cannot be mapped: \(systemReason())")
        }
        return UnsafeRawBufferPointer(start: memory, count: count)
    }

    /// Reads the file into memory that takes the mapping's place, at the same address: nothing that happens to the file
    /// from then on matters. Others may read the bytes meanwhile. To be called once.
    ///
    /// It costs half a millisecond a MB. Where the system cannot do so (other than Linux) the file stays mapped.
    /// - Throws: `ModelError` when the file is shortened before it is done, or there is no memory.
    func detach() throws(ModelError) {
        guard let place = bytes.baseAddress else { return }
        guard let memory = mmap(nil, bytes.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | Self.anonymous, -1, 0),
            memory != MAP_FAILED
        else { throw ModelError(path, "cannot be read into memory: \(systemReason())") }
        do throws(ModelError) {
            try read(into: UnsafeMutableRawBufferPointer(start: memory, count: bytes.count))
        } catch {
            munmap(memory, bytes.count)
            throw error
        }
        mprotect(memory, bytes.count, PROT_READ)
        let error = cmapping_replace(UnsafeMutableRawPointer(mutating: place), memory, bytes.count)
        guard error != 0 else { return }
        munmap(memory, bytes.count)
        guard error == ENOSYS else {
            throw ModelError(path, "cannot be put into memory: \(String(cString: strerror(error)))")
        }
    }

    private func read(into memory: UnsafeMutableRawBufferPointer) throws(ModelError) {
        var offset = 0
        while offset < memory.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[offset...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ModelError(path, "cannot be read: \(systemReason())") }
            guard count > 0 else { throw ModelError(path, "was shortened while it was read. Copy the model again.") }
            offset += count
        }
    }

    #if canImport(Darwin)
        private static let anonymous = MAP_ANON
    #else
        // All pages at once: they are about to be written.
        private static let anonymous = MAP_ANONYMOUS | MAP_POPULATE
    #endif
}
