/// A decoded picture: 8-bit RGB, row-major, interleaved (`[height, width, 3]`), no padding between rows.
public struct RGBImage: Sendable, Equatable {
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int
    /// `height × width × 3` samples.
    public var pixels: [UInt8]

    /// - Precondition: `pixels` holds exactly `width × height × 3` samples.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 3, "an RGB image has width × height × 3 samples")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

extension RGBImage {
    /// `count` new samples, every one of which `fill` writes, given the old and the new ones.
    func filled(
        count: Int, fill: (_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) -> Void
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            pixels.withUnsafeBytes { source in
                guard let from = source.baseAddress, let to = UnsafeMutableRawPointer(target.baseAddress) else {
                    return
                }
                fill(from, to)
                initialized = count
            }
        }
    }
}

extension RGBImage {
    /// A part of the picture.
    ///
    /// - Precondition: It lies within the picture.
    func cropped(left: Int, top: Int, width newWidth: Int, height newHeight: Int) -> RGBImage {
        precondition(
            left >= 0 && top >= 0 && left + newWidth <= width && top + newHeight <= height, "a part lies within")
        if (newWidth, newHeight) == (width, height) { return self }
        return RGBImage(
            width: newWidth, height: newHeight,
            pixels: filled(count: newWidth * newHeight * 3) { source, target in
                for row in 0..<newHeight {
                    (target + row * newWidth * 3).copyMemory(
                        from: source + ((top + row) * width + left) * 3, byteCount: newWidth * 3)
                }
            })
    }
}
