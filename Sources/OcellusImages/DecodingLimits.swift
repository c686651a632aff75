/// What a picture may ask for. Checked against its header, before memory for its pixels is allocated: a few hundred
/// bytes can announce gigabytes.
public struct DecodingLimits: Sendable, Equatable {
    /// The most pixels, width × height.
    public var pixels: Int
    /// The longest side, in pixels.
    public var side: Int
    /// The largest file, in bytes.
    public var fileBytes: Int

    /// Limits of your own; `default` where none is given.
    public init(pixels: Int = 178_956_970, side: Int = 65_535, fileBytes: Int = 1 << 30) {
        self.pixels = pixels
        self.side = side
        self.fileBytes = fileBytes
    }

    /// 178,956,970 pixels, where Pillow too refuses a picture (512 MiB of RGB); sides of 65,535; files of 1 GiB.
    public static let `default` = DecodingLimits()

    func check(width: Int, height: Int, name: String) throws(ImageError) {
        let (count, overflows) = width.multipliedReportingOverflow(by: height)
        guard !overflows, count <= min(pixels, Int.max / 8), max(width, height) <= side else {
            let limit = "the limit is \(pixels) pixels and a side of \(side)"
            throw ImageError(name: name, reason: .tooLarge("\(width)×\(height) pixels, and \(limit)"))
        }
    }
}
