import OcellusImages

/// What a check knows of a picture, from its bytes alone.
public struct PictureTraits: Sendable, Equatable, Codable {
    /// Upright, in pixels.
    public let width: Int
    /// Upright, in pixels.
    public let height: Int
    /// What the file's first bytes say it is.
    public let format: ImageFormat
    /// The hash of the upright pixels and their shape: equal for files that differ in encoding alone.
    let pixelHash: UInt64
    /// What it looks like in the large.
    let appearance: PerceptualHash
    /// The mean luminance, 0…1.
    public let brightness: Float
    /// The standard deviation of the luminance, 0…1.
    public let contrast: Float
    /// The variance of the luminance's Laplacian, luminance in 0…255, at most 256 pixels a side; small when nothing is sharp
    /// (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000).
    public let sharpness: Float
    /// Whether no pixel has a colour that anyone would see.
    public let isGrey: Bool
    /// What its colour profile calls itself, when it has one that is not sRGB's.
    public let colorProfile: String?

    /// Longer sides are made so long before sharpness is measured, so that it does not depend on the camera's resolution.
    private static let measuredSide = 256
    /// How far a pixel's channels lie apart in grey pictures, as JPEG leaves them.
    private static let greyTolerance = 8

    /// Looks at a picture.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - name: what errors call it.
    /// - Throws: `ImageError`.
    public init(_ bytes: [UInt8], name: String) throws {
        let info = try RGBImage.info(bytes, name: name)
        format = info.format
        colorProfile = info.colorProfile.flatMap { $0.isSRGB ? nil : $0.name ?? "without a name, for \($0.colorSpace)" }
        let image = try RGBImage.decode(bytes, name: name)
        (width, height) = (image.width, image.height)
        var hash = FNV1a()
        withUnsafeBytes(of: (UInt32(image.width).littleEndian, UInt32(image.height).littleEndian)) { hash.combine($0) }
        image.pixels.withUnsafeBytes { hash.combine($0) }
        pixelHash = hash.value
        appearance = PerceptualHash(image)
        let scale = min(1, Double(Self.measuredSide) / Double(max(width, height)))
        let small = image.resized(
            width: max(1, Int((Double(width) * scale).rounded())),
            height: max(1, Int((Double(height) * scale).rounded())))
        let plane = Luminance(small)
        let mean = plane.values.reduce(0, +) / Float(plane.values.count)
        brightness = mean / 255
        contrast =
            (plane.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(plane.values.count)).squareRoot() / 255
        sharpness = plane.laplacianVariance
        isGrey = small.pixels.withUnsafeBufferPointer { pixels in
            stride(from: 0, to: pixels.count, by: 3).allSatisfy {
                let (red, green, blue) = (Int(pixels[$0]), Int(pixels[$0 + 1]), Int(pixels[$0 + 2]))
                return max(red, green, blue) - min(red, green, blue) <= Self.greyTolerance
            }
        }
    }
}

extension Luminance {
    /// The variance of `4 l(x, y) − l(x±1, y) − l(x, y±1)` over the inner pixels; 0 when there are none.
    fileprivate var laplacianVariance: Float {
        guard width > 2, height > 2 else { return 0 }
        var (sum, squares): (Double, Double) = (0, 0)
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let place = y * width + x
                let value = Double(
                    4 * values[place] - values[place - 1] - values[place + 1] - values[place - width]
                        - values[place + width])
                sum += value
                squares += value * value
            }
        }
        let count = Double((width - 2) * (height - 2))
        return Float(max(0, squares / count - sum * sum / (count * count)))
    }
}
