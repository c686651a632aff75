#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What makes a model's probabilities say how often it is right: logits divided by one number, the temperature, before the
/// softmax (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017). The order of the classes stays.
public struct Calibration: Sendable, Codable, Equatable {
    /// Above 1 it makes the model less sure, below 1 surer.
    public var temperature: Double

    /// The temperatures that there may be.
    public static let temperatures = 0.01...100.0

    /// A calibration by a temperature.
    public init(temperature: Double) { self.temperature = temperature }

    /// A picture's probabilities as they are after the calibration: `pᵢ^(1/T)`, divided by their sum.
    public func calibrated(_ probabilities: some Collection<Float>) -> [Float] {
        let logits = probabilities.map { Self.logit($0) / temperature }
        let largest = logits.max() ?? 0
        let powers = logits.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { Float($0 / sum) }
    }

    /// The logarithm of a probability, which is a logit but for what all classes have in common. A probability that is too small
    /// for a `Float` counts as the smallest.
    package static func logit(_ probability: Float) -> Double {
        log(Double(max(probability, .leastNormalMagnitude)))
    }
}
