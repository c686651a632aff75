/// One step of LAMB (You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", ICLR 2020) on one
/// parameter, as timm computes it: `m ← β₁ · m + (1 − β₁) · g`; `v ← β₂ · v + (1 − β₂) · g²`;
/// `u = m / (1 − β₁ᵗ) / (√v / √(1 − β₂ᵗ) + ε) + weightDecay · w`; `w ← w − learningRate · ‖w‖ / ‖u‖ · u`, t the invocation's
/// step. The ratio of the norms is 1 where either is 0, and without weight decay, as for norms and biases.
///
/// Inputs: weight (changed), gradient, m (changed), v (changed), all of one shape. No output.
public struct LAMBUpdate: Operation, Hashable {
    public static let name = "lambUpdate"
    /// How much of the first moment is kept.
    public let beta1: Float
    /// How much of the second moment is kept.
    public let beta2: Float
    /// ε, what keeps the denominator from zero.
    public let epsilon: Float
    /// Decoupled weight decay.
    public let weightDecay: Float
    /// What the invocation's learning rate is multiplied by for this parameter.
    public let rateFactor: Float

    /// A step of LAMB with timm's defaults.
    public init(
        beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-6, weightDecay: Float = 0.01,
        rateFactor: Float = 1
    ) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.rateFactor = rateFactor
    }

    /// The learning rate of this parameter in a run.
    public func learningRate(in invocation: Invocation) -> Float { invocation.learningRate * rateFactor }

    /// How much of the first moment is kept in a run.
    public func beta1(in invocation: Invocation) -> Float { invocation.momentum ?? beta1 }

    public var mutatedInputs: [Int] { [0, 2, 3] }

    /// (weight, gradient, m, v) → nothing.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectSame(inputs, 4)
        return []
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        .elementwise(inputs: inputs, outputs: outputs, samples: samples, flopsPerElement: 24)
    }
}
