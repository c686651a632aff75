#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes files so that, whatever happens and whenever, a file has its old content or its new one, whole.
package enum AtomicFile {
    /// Writes a file, or replaces its content: written beside, brought to the disk, then renamed.
    /// - Parameters:
    ///   - path: The file. Its folder must exist.
    ///   - body: Writes the content. When it throws, the old file stays.
    /// - Throws: `ModelError` that names the file, and what `body` throws.
    package static func write(to path: String, _ body: (FileWriter) throws -> Void) throws {
        let staging = try Staging(for: path, isFolder: false)
        defer { staging.finish() }
        let writer = try FileWriter(overwriting: staging.path, calledBy: path)
        try body(writer)
        try writer.synchronize()
        guard rename(staging.path, path) == 0 else { throw ModelError(path, "cannot be written: \(systemReason())") }
        try synchronizeFolder(splitPath(path).folder)
    }

    /// Writes `bytes` as the whole content of a file.
    /// - Throws: `ModelError` that names the file.
    package static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        try write(to: path) { try $0.write(Array(bytes)) }
    }
}
