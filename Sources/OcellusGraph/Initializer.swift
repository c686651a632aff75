import Foundation

/// How a parameter or state starts.
public enum Initializer: Sendable, Hashable, Codable {
    /// The same value everywhere.
    case constant(Float)
    /// Uniform in ±√(6 / (fanIn + fanOut)): Glorot & Bengio, AISTATS 2010. Keras' default for convolution and dense.
    case glorotUniform(fanIn: Int, fanOut: Int)
    /// Normal with σ = √(2 / fanIn): He et al., ICCV 2015.
    case heNormal(fanIn: Int)
    /// Normal with σ = √(2 / fanOut): torchvision's for the convolutions of ResNets.
    case heNormalFanOut(fanOut: Int)
    /// Normal about 0.
    case normal(standardDeviation: Float)
    /// Uniform in ±limit.
    case uniform(limit: Float)

    /// Zeros.
    public static let zeros = Initializer.constant(0)
    /// Ones.
    public static let ones = Initializer.constant(1)

    /// `count` values. They depend on the seed and the parameter's place in its network alone.
    public func values(count: Int, seed: UInt64, parameter: Int) -> [Float] {
        switch self {
        case .constant(let value): [Float](repeating: value, count: count)
        case .glorotUniform(let fanIn, let fanOut):
            Self.uniform(count, limit: (6 / Float(fanIn + fanOut)).squareRoot(), seed, parameter)
        case .heNormal(let fan), .heNormalFanOut(let fan):
            Self.normal(count, standardDeviation: (2 / Float(fan)).squareRoot(), seed, parameter)
        case .normal(let standardDeviation):
            Self.normal(count, standardDeviation: standardDeviation, seed, parameter)
        case .uniform(let limit): Self.uniform(count, limit: limit, seed, parameter)
        }
    }

    private static func uniform(_ count: Int, limit: Float, _ seed: UInt64, _ parameter: Int) -> [Float] {
        fill(count, seed, parameter) { words in
            let unit = SIMD4<Float>(words &>> 8) * 0x1p-24
            return (unit * 2 - 1) * limit
        }
    }

    /// Box–Muller on pairs of words; `log` and `cos` are taken in `Double`.
    private static func normal(_ count: Int, standardDeviation: Float, _ seed: UInt64, _ parameter: Int) -> [Float] {
        fill(count, seed, parameter) { words in
            var result = SIMD4<Float>()
            for pair in 0..<2 {
                let unit = (Double(words[2 * pair] >> 8) + 1) * 0x1p-24
                let angle = 2 * Double.pi * Double(words[2 * pair + 1] >> 8) * 0x1p-24
                let radius = (-2 * log(unit)).squareRoot() * Double(standardDeviation)
                result[2 * pair] = Float(radius * cos(angle))
                result[2 * pair + 1] = Float(radius * sin(angle))
            }
            return result
        }
    }

    private static func fill(
        _ count: Int, _ seed: UInt64, _ parameter: Int, _ transform: (SIMD4<UInt32>) -> SIMD4<Float>
    ) -> [Float] {
        let philox = Philox(seed: seed)
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for start in stride(from: 0, to: count, by: 4) {
                let four = transform(
                    philox.block(element: start / 4, sample: parameter, step: 0, purpose: .initialization))
                for lane in 0..<min(4, count - start) { buffer.initializeElement(at: start + lane, to: four[lane]) }
            }
            initialized = count
        }
    }
}
