#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A new file that is being written.
package final class FileWriter {
    private let descriptor: Int32
    /// What errors call the file: the path that it will have, not the hidden one that it is written under.
    package let path: String

    /// Creates a file at `location`, where none may be yet, that errors call `path`.
    /// - Throws: `ModelError` with the system's reason.
    package init(creating location: String, calledBy path: String) throws {
        self.path = path
        descriptor = open(location, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ModelError(path, "cannot be written: \(systemReason())") }
    }

    /// Writes over the empty file at `location`, that errors call `path`.
    /// - Throws: `ModelError` with the system's reason.
    init(overwriting location: String, calledBy path: String) throws {
        self.path = path
        descriptor = open(location, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ModelError(path, "cannot be written: \(systemReason())") }
    }

    /// Writes to a descriptor, and closes it in the end.
    package init(descriptor: Int32, calledBy path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Appends bytes.
    /// - Throws: `ModelError` that names the file: the disk is full, and the like.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let buffer = UnsafeRawBufferPointer(rebasing: rest)
            #if canImport(Darwin)
                let count = retryingInterrupted { Darwin.write(descriptor, buffer.baseAddress, buffer.count) }
            #elseif canImport(Musl)
                let count = retryingInterrupted { Musl.write(descriptor, buffer.baseAddress, buffer.count) }
            #else
                let count = retryingInterrupted { Glibc.write(descriptor, buffer.baseAddress, buffer.count) }
            #endif
            guard count >= 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
    }

    /// Appends bytes.
    /// - Throws: as the other.
    package func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    /// Waits until what was written is on the disk.
    /// - Throws: `ModelError` that names the file.
    package func synchronize() throws {
        if retryingInterrupted({ fsync(descriptor) }) != 0 { throw failure() }
    }

    private func failure() -> ModelError {
        let advice = errno == ENOSPC || errno == EDQUOT ? " Free some space and try again." : ""
        return ModelError(path, "cannot be written: \(systemReason()).\(advice)")
    }
}
