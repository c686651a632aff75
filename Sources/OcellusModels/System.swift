import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the operating system says of the last call that failed.
func systemReason() -> String { String(cString: strerror(errno)) }

/// Calls again what a signal interrupted.
func retryingInterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

/// Makes the entries of a folder (names, not content) survive a power failure.
func synchronizeFolder(_ folder: String) throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ModelError(folder, "the folder cannot be opened: \(systemReason())") }
    defer { close(descriptor) }
    // Some file systems (network and FUSE ones) cannot synchronise folders and say so; nothing better can be done there.
    if retryingInterrupted({ fsync(descriptor) }) != 0, errno != EINVAL, errno != ENOTSUP {
        throw ModelError(folder, "the folder cannot be written: \(systemReason())")
    }
}

/// Exchanges what two names stand for, in one step that no other process can see half done.
/// - Returns: false when the kernel or the file system cannot.
func exchange(_ first: String, _ second: String) -> Bool {
    let exchangeFlag: UInt32 = 2  // RENAME_EXCHANGE of <linux/fs.h>
    return rename(first, second, flags: exchangeFlag) == true
}

/// Renames a folder to a name that must be free.
/// - Returns: false when it is not, with `EEXIST`, or on another error.
func renameToFree(_ first: String, _ second: String) -> Bool {
    let noReplaceFlag: UInt32 = 1  // RENAME_NOREPLACE of <linux/fs.h>
    if let isRenamed = rename(first, second, flags: noReplaceFlag) {
        if isRenamed || errno != EINVAL { return isRenamed }
    }
    // Where there is no such call, an empty folder would be replaced; it holds nothing to lose.
    if rename(first, second) == 0 { return true }
    if errno == ENOTEMPTY { errno = EEXIST }
    return false
}

/// - Returns: whether it went well; nil where there is no such call.
private func rename(_ first: String, _ second: String, flags: UInt32) -> Bool? {
    #if os(Linux)
        // Swift does not import `renameat2`, and Musl has none, so it is looked up. Null stands for the program itself.
        typealias RenameAt2 = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = dlsym(nil, "renameat2") else { return nil }
        return unsafeBitCast(symbol, to: RenameAt2.self)(AT_FDCWD, first, AT_FDCWD, second, flags) == 0
    #else
        return nil
    #endif
}

/// The folder that holds `path`, and the last part of `path`.
func splitPath(_ path: String) -> (folder: String, name: String) {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return (".", String(trimmed)) }
    let folder = trimmed[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(trimmed[trimmed.index(after: slash)...]))
}
