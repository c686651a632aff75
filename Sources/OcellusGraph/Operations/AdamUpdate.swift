/// One step of Adam (Kingma & Ba, ICLR 2015) on one parameter, as Keras computes it: `m ← m + (g − m)(1 − β₁)`;
/// `v ← v + (g² − v)(1 − β₂)`; `w ← w − learningRate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)`, t the invocation's step.
///
/// With weight decay it is AdamW (Loshchilov & Hutter, ICLR 2019) when decoupled: `w ← w − learningRate · weightDecay · w`
/// first; else `g ← g + weightDecay · w`.
///
/// Inputs: weight (changed), gradient, m (changed), v (changed), all of one shape. No output.
public struct AdamUpdate: ParameterUpdate {
    public static let name = "adamUpdate"
    /// How much of the first moment is kept.
    public let beta1: Float
    /// How much of the second moment is kept.
    public let beta2: Float
    /// ε, what keeps the denominator from zero.
    public let epsilon: Float
    /// Weight decay.
    public let weightDecay: Float
    /// Whether the decay acts on the weight itself (AdamW) or through the gradient (L2).
    public let isDecoupled: Bool
    /// What the invocation's learning rate is multiplied by for this parameter.
    public let rateFactor: Float

    /// A step of Adam with Keras' defaults.
    public init(
        beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7, weightDecay: Float = 0,
        isDecoupled: Bool = true, rateFactor: Float = 1
    ) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.isDecoupled = isDecoupled
        self.rateFactor = rateFactor
    }

    /// The learning rate of this parameter in a run.
    public func learningRate(in invocation: Invocation) -> Float { invocation.learningRate * rateFactor }

    /// How much of the first moment is kept in a run.
    public func beta1(in invocation: Invocation) -> Float { invocation.momentum ?? beta1 }

    public var mutatedInputs: [Int] { [0, 2, 3] }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        .elementwise(inputs: inputs, outputs: outputs, samples: samples, flopsPerElement: 12)
    }
}
