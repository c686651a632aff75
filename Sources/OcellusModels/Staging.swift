import FoundationEssentials
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Hidden names beside a file or folder, under which its new content is written before it takes the place of the old.
///
/// Each is held by a lock, which the system lifts when a process ends, however it ends. What nobody holds was left by a
/// process that was killed, and the next save removes it.
struct Staging: ~Copyable {
    /// The hidden path.
    let path: String
    private let descriptor: Int32
    private static let nextNumber = Atomic<Int>(0)

    /// Makes a hidden folder (or an empty file) beside `target`, after removing what killed processes left there.
    /// - Throws: `ModelError` that names `target`.
    init(for target: String, isFolder: Bool) throws {
        let (folder, name) = splitPath(target)
        let prefix = ".\(name).saving-"
        Self.removeLeftovers(in: folder, prefix: prefix)
        for _ in 0..<1000 {
            // No name is used twice: whoever finishes removes what stands under its own name by then.
            let number = Self.nextNumber.wrappingAdd(1, ordering: .relaxed).newValue
            let path = "\(folder)/\(prefix)\(getpid())-\(number)"
            let isMade: Bool
            if isFolder {
                isMade = mkdir(path, 0o777) == 0
            } else {
                let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
                isMade = file >= 0
                if isMade { close(file) }
            }
            guard isMade || errno == EEXIST else { throw ModelError(target, "cannot be written: \(systemReason())") }
            // Another process may have taken it for a leftover before it was locked, so its absence is no error.
            if isMade, let descriptor = Self.lock(path) {
                self.path = path
                self.descriptor = descriptor
                return
            }
        }
        throw ModelError(target, "cannot be written: there are too many hidden files '\(prefix)…' beside it")
    }

    /// Removes whatever stands under the hidden name now, if anything does, and lifts the lock.
    ///
    /// To be called explicitly: an object that did this when it is no longer used might do so before the system is told
    /// to rename what `path` names.
    func finish() {
        try? FileManager.default.removeItem(atPath: path)
        close(descriptor)
    }

    private static func removeLeftovers(in folder: String, prefix: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let leftover = "\(folder)/\(name)"
            guard let descriptor = lock(leftover) else { continue }
            try? FileManager.default.removeItem(atPath: leftover)
            close(descriptor)
        }
    }

    /// Locks a file or folder.
    /// - Returns: nil when another holds it, or it is gone.
    private static func lock(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var held = stat()
        var named = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &held) == 0, lstat(path, &named) == 0,
            held.st_ino == named.st_ino
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
