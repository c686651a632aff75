#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How samples between pixels are found. All but `nearest` are antialiased: a picture that is made smaller is filtered as
/// widely as its new pixels are apart.
public enum Interpolation: String, Sendable, Codable, CaseIterable {
    /// The nearest pixel.
    case nearest
    /// A triangle, two pixels wide.
    case bilinear
    /// The cubic convolution of Keys with a = −½, four pixels wide ("Cubic convolution interpolation for digital image
    /// processing", 1981).
    case bicubic
    /// A sinc under a sinc of three times its width, six pixels wide (Duchon, "Lanczos filtering in one and two dimensions",
    /// 1979).
    case lanczos

    /// How far the filter reaches from its middle, in pixels.
    var reach: Double {
        switch self {
        case .nearest, .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The filter's value at a distance from its middle, in pixels.
    func weight(at distance: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .nearest, .bilinear: return max(1 - x, 0)
        case .bicubic:
            if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
        case .lanczos: return x < 3 ? sinc(x) * sinc(x / 3) : 0
        }
    }

    private func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}
