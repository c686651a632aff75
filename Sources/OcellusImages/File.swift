#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads a whole file.
///
/// - Throws: `ImageError` that names the file: it is missing, may not be read, is a folder or a pipe, or is larger than
///   the limit.
func readFile(_ path: String, limit: Int) throws(ImageError) -> [UInt8] {
    func failure(_ code: Int32) -> ImageError {
        ImageError(name: path, reason: .unreadable(String(cString: strerror(code)).lowercased()))
    }
    // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw ImageError(name: path, reason: .unreadable("it is a folder"))
    default: throw ImageError(name: path, reason: .unreadable("it is not a regular file"))
    }
    let size = Int(status.st_size)
    guard size <= limit else {
        throw ImageError(name: path, reason: .tooLarge("\(size) bytes, and the limit is \(limit)"))
    }

    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        while count < size, let start = buffer.baseAddress {
            let got = read(descriptor, start + count, size - count)
            if got > 0 { count += got }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { code = errno }
            if got <= 0 { break }  // shorter than announced: someone is writing it; the decoder finds it cut off
        }
    }
    guard code == 0 else { throw failure(code) }
    return bytes
}
