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
