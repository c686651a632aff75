#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Moves an exponential average towards a value: `a ← d · a + (1 − d) · value` (Polyak & Juditsky, SIAM J. Control Optim. 1992),
/// as timm's `ModelEmaV3` does for weights.
///
/// With warm-up the decay grows with the steps, `d = min(decay, 1 − t^(−2/3))` at the invocation's step t, from 1: the first step
/// copies, and early weights are soon forgotten.
///
/// Inputs: average (changed), value, of one shape. No output.
public struct MovingAverage: ElementwiseUpdate {
    public static let name = "movingAverage"
    /// How much of the average is kept, 0 ..< 1.
    public let decay: Float
    /// Whether the decay grows to that.
    public let warmsUp: Bool

    /// A step of an average.
    public init(decay: Float, warmsUp: Bool) {
        self.decay = decay
        self.warmsUp = warmsUp
    }

    /// `1 − d` in a run.
    public func part(in invocation: Invocation) -> Float {
        let fixed = 1 - Double(decay)
        return Float(warmsUp ? max(fixed, pow(Double(invocation.step), -2 / 3.0)) : fixed)
    }

    public var mutatedInputs: [Int] { [0] }

    /// Average and value.
    public var inputCount: Int { 2 }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        .elementwise(inputs: inputs, outputs: outputs, samples: samples, flopsPerElement: 3)
    }
}
