import CJPEG

extension RGBImage {
    static func peekSizeOfJPEG(
        _ bytes: UnsafeRawBufferPointer, name: String
    ) throws(ImageError) -> (width: Int, height: Int) {
        var header = CJPEGHeader()
        try callJPEG(name) { cjpeg_read_header(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &header, $0) }
        return (Int(header.width), Int(header.height))
    }

    static func decodeJPEG(
        _ bytes: UnsafeRawBufferPointer, name: String, limits: DecodingLimits
    ) throws(ImageError) -> RGBImage {
        let (width, height) = try peekSizeOfJPEG(bytes, name: name)
        try limits.check(width: width, height: height, name: name)
        let pixels = try samples(count: width * height * 3) { buffer throws(ImageError) in
            try callJPEG(name) {
                cjpeg_decode(
                    bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, buffer.baseAddress, UInt32(width),
                    UInt32(height), $0)
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Encodes as baseline JPEG with chroma halved both ways.
    ///
    /// - Parameters:
    ///   - quality: libjpeg's scale, 1 (smallest) to 100 (best).
    ///   - name: What an error calls the picture.
    /// - Throws: `ImageError` when a side is 0 or more than JPEG's 65,500 pixels, or the quality is out of range.
    public func encodeJPEG(quality: Int = 90, name: String = "The picture") throws(ImageError) -> [UInt8] {
        guard width > 0, height > 0 else {
            throw ImageError(name: name, reason: .notEncodable(.jpeg, "it has no pixels"))
        }
        guard (1...100).contains(quality) else {
            throw ImageError(name: name, reason: .notEncodable(.jpeg, "quality \(quality) is not between 1 and 100"))
        }
        guard max(width, height) <= 65_500 else {
            throw ImageError(name: name, reason: .notEncodable(.jpeg, "a side is longer than 65500 pixels"))
        }
        var encoded: UnsafeMutablePointer<UInt8>?
        var count = 0
        let (status, message) = pixels.withUnsafeBufferPointer { buffer in
            withMessage(size: Int(CJPEG_MESSAGE_SIZE)) {
                cjpeg_encode(
                    buffer.baseAddress, UInt32(width), UInt32(height), Int32(quality), &encoded, &count, $0)
            }
        }
        defer { cjpeg_free(encoded) }
        guard status == CJPEG_OK, let encoded else {
            throw ImageError(name: name, reason: .notEncodable(.jpeg, message))
        }
        return Array(UnsafeBufferPointer(start: encoded, count: count))
    }
}

private func callJPEG(
    _ name: String, _ body: (UnsafeMutablePointer<CChar>?) -> CJPEGStatus
) throws(ImageError) {
    let (status, message) = withMessage(size: Int(CJPEG_MESSAGE_SIZE), body)
    if status == CJPEG_TRUNCATED { throw ImageError(name: name, reason: .truncated(.jpeg)) }
    if status != CJPEG_OK { throw ImageError(name: name, reason: .corrupt(.jpeg, message)) }
}
