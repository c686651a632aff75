import CPNG

extension RGBImage {
    static func peekSizeOfPNG(
        _ bytes: UnsafeRawBufferPointer, name: String
    ) throws(ImageError) -> (width: Int, height: Int) {
        let header = try pngHeader(bytes, name: name)
        return (Int(header.width), Int(header.height))
    }

    static func decodePNG(
        _ bytes: UnsafeRawBufferPointer, name: String, limits: DecodingLimits
    ) throws(ImageError) -> RGBImage {
        let header = try pngHeader(bytes, name: name)
        let (width, height) = (Int(header.width), Int(header.height))
        try limits.check(width: width, height: height, name: name)
        let channels = header.hasAlpha != 0 ? 4 : 3
        let pixels = try samples(count: width * height * channels) { buffer throws(ImageError) in
            try callPNG(name) {
                cpng_decode(
                    bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, header, buffer.baseAddress, $0)
            }
        }
        return RGBImage(width: width, height: height, pixels: channels == 4 ? overWhite(pixels) : pixels)
    }

    /// Encodes as PNG, without loss.
    ///
    /// - Parameter name: What an error calls the picture.
    /// - Throws: `ImageError` when the picture has no pixels.
    public func encodePNG(name: String = "The picture") throws(ImageError) -> [UInt8] {
        guard width > 0, height > 0 else {
            throw ImageError(name: name, reason: .notEncodable(.png, "it has no pixels"))
        }
        guard max(width, height) <= 1_000_000 else {
            throw ImageError(name: name, reason: .notEncodable(.png, "a side is longer than 1000000 pixels"))
        }
        var encoded: UnsafeMutablePointer<UInt8>?
        var count = 0
        let (status, message) = pixels.withUnsafeBufferPointer { buffer in
            withMessage(size: Int(CPNG_MESSAGE_SIZE)) {
                cpng_encode(buffer.baseAddress, UInt32(width), UInt32(height), &encoded, &count, $0)
            }
        }
        defer { cpng_free(encoded) }
        guard status == CPNG_OK, let encoded else {
            throw ImageError(name: name, reason: .notEncodable(.png, message))
        }
        return Array(UnsafeBufferPointer(start: encoded, count: count))
    }
}

/// The text that a PNG holds before its picture under `keyword`, up to 128 KiB of it.
func textOfPNG(_ bytes: UnsafeRawBufferPointer, keyword: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 17) { text in
        let (status, _) = withMessage(size: Int(CPNG_MESSAGE_SIZE)) {
            cpng_read_text(
                bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, keyword, text.baseAddress, text.count, $0)
        }
        guard status == CPNG_OK, let start = text.baseAddress else { return nil }
        return String(cString: start)
    }
}

/// A PNG's colour profile, up to 4 MiB of it.
func profileOfPNG(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var profile: UnsafeMutablePointer<UInt8>?
    var count = 0
    let (status, _) = withMessage(size: Int(CPNG_MESSAGE_SIZE)) {
        cpng_read_profile(
            bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, 4 << 20, &profile, &count, $0)
    }
    defer { cpng_free(profile) }
    guard status == CPNG_OK, let profile else { return nil }
    return Array(UnsafeBufferPointer(start: profile, count: count))
}

private func pngHeader(_ bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> CPNGHeader {
    var header = CPNGHeader()
    try callPNG(name) { cpng_read_header(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &header, $0) }
    return header
}

private func callPNG(
    _ name: String, _ body: (UnsafeMutablePointer<CChar>?) -> CPNGStatus
) throws(ImageError) {
    let (status, message) = withMessage(size: Int(CPNG_MESSAGE_SIZE), body)
    if status == CPNG_TRUNCATED { throw ImageError(name: name, reason: .truncated(.png)) }
    if status != CPNG_OK { throw ImageError(name: name, reason: .corrupt(.png, message)) }
}

/// Lays RGBA over white: `(colour × alpha + 255 × (255 − alpha)) ÷ 255`, rounded.
func overWhite(_ rgba: [UInt8]) -> [UInt8] {
    let count = rgba.count / 4
    return [UInt8](unsafeUninitializedCapacity: count * 3) { target, initialized in
        for index in 0..<count {
            let alpha = UInt32(rgba[index * 4 + 3])
            for channel in 0..<3 {
                let sum = UInt32(rgba[index * 4 + channel]) * alpha + 255 * (255 - alpha) + 128
                target[index * 3 + channel] = UInt8(truncatingIfNeeded: (sum + sum >> 8) >> 8)
            }
        }
        initialized = count * 3
    }
}
