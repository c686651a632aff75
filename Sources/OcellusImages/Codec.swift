/// Runs a codec's call with room for its message.
func withMessage<Status>(
    size: Int, _ body: (UnsafeMutablePointer<CChar>?) -> Status
) -> (status: Status, message: String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
        buffer.initialize(repeating: 0)
        let status = body(buffer.baseAddress)
        return (status, buffer.baseAddress.map { String(cString: $0) } ?? "")
    }
}

/// Samples that `fill` writes, every one of them, unless it throws. The memory is not touched beforehand, so a damaged
/// picture costs only the pages that were filled before the damage was met.
func samples(
    count: Int, fill: (UnsafeMutableBufferPointer<UInt8>) throws(ImageError) -> Void
) throws(ImageError) -> [UInt8] {
    var failure: ImageError?
    let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        do throws(ImageError) {
            try fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        } catch {
            failure = error
        }
    }
    if let failure { throw failure }
    return samples
}
