import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How the pictures of a batch were mixed: each with the one at the mirrored position (`count − 1 − position`), as timm's
/// `Mixup` does it in its `batch` mode.
public struct BatchMix: Sendable, Equatable {
    /// λ: how much of a picture, and of its label, is its own; the rest is its partner's.
    public let share: Float
    /// The part that the partner's picture takes (CutMix); nil where all pixels are mixed (mixup).
    public let cut: PixelRectangle?

    /// A mix.
    public init(share: Float, cut: PixelRectangle? = nil) {
        self.share = share
        self.cut = cut
    }

    /// Where a position's partner is.
    public static func partner(of position: Int, count: Int) -> Int { count - 1 - position }

    /// Mixes pictures in place.
    ///
    /// - Parameter values: `[count, height, width, 3]`.
    func apply(to values: UnsafeMutableBufferPointer<Float>, count: Int, width: Int) {
        guard count > 1, let base = values.baseAddress else { return }
        let size = values.count / count
        for position in 0..<count / 2 {
            let first = base + position * size
            let second = base + Self.partner(of: position, count: count) * size
            if let cut {
                for row in cut.top..<cut.top + cut.height {
                    let start = (row * width + cut.left) * 3
                    for index in start..<start + cut.width * 3 { swap(&first[index], &second[index]) }
                }
            } else {
                let rest = 1 - share
                for index in 0..<size {
                    let (a, b) = (first[index], second[index])
                    first[index] = share * a + rest * b
                    second[index] = share * b + rest * a
                }
            }
        }
    }
}

extension Augmentation {
    /// Draws how a batch is mixed; nil when it is not.
    ///
    /// With both mixup and CutMix each batch has one of them, by chance. CutMix's λ is corrected by what of the rectangle lies
    /// within the picture.
    package func drawMix(seed: UInt64, epoch: Int, batch: Int, width: Int, height: Int) -> BatchMix? {
        guard mixesPictures else { return nil }
        var random = PhiloxSequence(seed: seed, purpose: .mixing, step: epoch, sample: batch)
        let isCut = cutmixAlpha > 0 && (mixupAlpha == 0 || random.nextUniform() < 0.5)
        let (x, y) = (random.nextUniform(), random.nextUniform())
        let share = random.nextBeta(Double(isCut ? cutmixAlpha : mixupAlpha))
        guard isCut else { return BatchMix(share: Float(share)) }
        let ratio = (1 - share).squareRoot()
        let (cutWidth, cutHeight) = (Int(Double(width) * ratio), Int(Double(height) * ratio))
        let (centerX, centerY) = (place(x, width - 1), place(y, height - 1))
        let (left, right) = (max(0, centerX - cutWidth / 2), min(width, centerX + (cutWidth + 1) / 2))
        let (top, bottom) = (max(0, centerY - cutHeight / 2), min(height, centerY + (cutHeight + 1) / 2))
        let cut = PixelRectangle(left: left, top: top, width: right - left, height: bottom - top)
        return BatchMix(share: 1 - Float(cut.width * cut.height) / Float(width * height), cut: cut)
    }
}

extension PhiloxSequence {
    /// A number of Beta(α, α): the part of one of two gamma variables in their sum.
    mutating func nextBeta(_ alpha: Double) -> Double {
        let (first, second) = (nextLogGamma(alpha), nextLogGamma(alpha))
        return 1 / (1 + exp(second - first))
    }

    /// The logarithm of a number of Gamma(α, 1): Marsaglia & Tsang, "A simple method for generating gamma variables", 2000.
    /// Logarithms, as for a small α the numbers themselves are often below the least one that there is.
    private mutating func nextLogGamma(_ alpha: Double) -> Double {
        // Gamma(α) is Gamma(α + 1) · U^(1/α).
        let boost = log(nextOpenUniform()) / alpha
        let d = alpha + 1 - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let (x, u) = (nextNormal(), nextOpenUniform())
            let v = 1 + c * x
            guard v > 0 else { continue }
            let cube = v * v * v
            if log(u) < 0.5 * x * x + d - d * cube + d * log(cube) { return log(d * cube) + boost }
        }
    }

    /// Box and Muller's.
    private mutating func nextNormal() -> Double {
        let radius = (-2 * log(nextOpenUniform())).squareRoot()
        return radius * cos(2 * .pi * nextOpenUniform())
    }

    /// A number within 0 and 1, never one of the two.
    private mutating func nextOpenUniform() -> Double { (Double(nextWord()) + 0.5) * 0x1p-32 }
}
