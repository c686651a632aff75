import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that this process alone writes to, and the state in which it left it.
final class LockedFile {
    private let path: String
    private let descriptor: Int32
    /// What tells whether somebody else has written to it, or put another file in its place.
    private var left: State

    /// Opens a file, and takes its lock.
    ///
    /// - Parameter other: the process's own file at that path, whose lock does not count.
    /// - Returns: nil when there is none.
    /// - Throws: ``DatasetError``.
    convenience init?(opening path: String, besides other: LockedFile? = nil) throws {
        while true {
            let descriptor = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else {
                if errno == ENOENT { return nil }
                throw DatasetError.unwritable(file: path, reason: systemReason())
            }
            let state = State(of: descriptor)
            guard state.isRegularFile else {
                close(descriptor)
                throw DatasetError.unwritable(file: path, reason: "it is not a regular file")
            }
            if let other, other.left.isSameFile(as: state) {
                // The lock belongs to the open file, and so to this process.
                close(descriptor)
                try self.init(path: path, duplicating: other)
                return
            }
            do {
                try Self.lock(descriptor, path)
            } catch {
                close(descriptor)
                throw error
            }
            // Between the two calls another process may have put a new file in its place.
            if State(at: path)?.isSameFile(as: state) == true {
                self.init(path: path, descriptor: descriptor)
                return
            }
            close(descriptor)
        }
    }

    /// Makes a file that does not exist yet.
    convenience init(creating bytes: [UInt8], at path: String) throws {
        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw DatasetError.unwritable(file: path, reason: systemReason()) }
        self.init(path: path, descriptor: descriptor)
        do {
            try Self.lock(descriptor, path)
            try append(bytes)
        } catch {
            unlink(path)
            throw error
        }
        synchronizeFolder(of: path)
    }

    /// Writes a file beside another one, and puts it in its place when it is complete.
    convenience init(writing bytes: [UInt8], over path: String, replacing old: LockedFile?) throws {
        // Who has the lock of the file is the only one who writes here; what is there was left by one who was killed.
        let temporary = path + ".partial"
        unlink(temporary)
        let descriptor = open(temporary, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw DatasetError.unwritable(file: path, reason: systemReason()) }
        self.init(path: path, descriptor: descriptor)
        do {
            if let old { fchmod(descriptor, old.left.mode & 0o7777) }
            try Self.lock(descriptor, path)
            try append(bytes)
            guard rename(temporary, path) == 0 else {
                throw DatasetError.unwritable(file: path, reason: systemReason())
            }
        } catch {
            unlink(temporary)
            throw error
        }
        synchronizeFolder(of: path)
        left = State(of: descriptor)
    }

    private init(path: String, descriptor: Int32) {
        (self.path, self.descriptor) = (path, descriptor)
        left = State(of: descriptor)
    }

    /// The same open file, lock and all.
    private convenience init(path: String, duplicating other: LockedFile) throws {
        let descriptor = fcntl(other.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw DatasetError.unwritable(file: path, reason: systemReason()) }
        self.init(path: path, descriptor: descriptor)
    }

    deinit { close(descriptor) }

    /// Whether nobody else has written to the file or put another in its place.
    ///
    /// - Throws: ``DatasetError/unreadable(file:reason:)`` when it is gone.
    func isUnchanged() throws -> Bool { State(at: path) == left }

    /// All bytes.
    func contents() throws -> [UInt8] { try readFile(path) }

    /// Writes bytes to the end, and waits until they are on the disk. What could be written in part only is taken back.
    func append(_ bytes: [UInt8]) throws {
        let size = left.size
        do {
            try bytes.withUnsafeBytes { buffer in
                var done = 0
                while done < buffer.count {
                    let count = write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { throw DatasetError.unwritable(file: path, reason: systemReason()) }
                    done += count
                }
            }
            try synchronize()
        } catch {
            ftruncate(descriptor, off_t(size))
            left = State(of: descriptor)
            throw error
        }
        left = State(of: descriptor)
    }

    /// Takes away all bytes but the first.
    func truncate(to count: Int) throws {
        guard ftruncate(descriptor, off_t(count)) == 0 else {
            throw DatasetError.unwritable(file: path, reason: systemReason())
        }
        try synchronize()
        left = State(of: descriptor)
    }

    private func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw DatasetError.unwritable(file: path, reason: systemReason()) }
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws {
        // File systems without locks say so; there it has to do without.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            throw DatasetError.unwritable(
                file: path, reason: "another 'ocellus label' has it open; stop that one, or name another file")
        }
    }
}

/// What tells one state of a file from another.
private struct State: Equatable {
    let device: UInt64
    let number: UInt64
    let size: Int
    let mode: mode_t
    let seconds: Int
    let nanoseconds: Int

    init(of descriptor: Int32) {
        var status = stat()
        fstat(descriptor, &status)
        self.init(status)
    }

    init?(at path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
        (size, mode) = (Int(status.st_size), status.st_mode)
        #if canImport(Darwin)
            (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
        #else
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        #endif
    }

    var isRegularFile: Bool { mode & S_IFMT == S_IFREG }

    func isSameFile(as other: State) -> Bool { (device, number) == (other.device, other.number) }
}

private func systemReason() -> String { String(cString: strerror(errno)) }

/// Makes a new name survive a power failure, where the file system can.
private func synchronizeFolder(of path: String) {
    let descriptor = open(ManifestFile.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
}
