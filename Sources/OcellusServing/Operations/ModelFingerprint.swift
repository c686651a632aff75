#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What tells from outside whether a model's folder holds the files that it held before.
struct ModelFingerprint: Equatable, Sendable {
    private struct File: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private let files: [File?]

    /// A folder's, now. A file that is missing counts as one state of its own.
    init(of folder: String) {
        files = ["model.json", "weights.safetensors"].map { name in
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { return nil }
            #if canImport(Darwin)
                let time = status.st_mtimespec
            #else
                let time = status.st_mtim
            #endif
            return File(
                device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino),
                size: Int64(status.st_size), seconds: time.tv_sec, nanoseconds: time.tv_nsec)
        }
    }
}
