/// One step of RMSProp (Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012) on one parameter, as PyTorch
/// computes it: `g ← g + weightDecay · w`; `s ← ρ · s + (1 − ρ) · g²`; `w ← w − learningRate · g / (√s + ε)`, or with
/// momentum `v ← momentum · v + g / (√s + ε)`; `w ← w − learningRate · v`.
///
/// TensorFlow, Keras and timm's `RMSpropTF` have ε under the root and the learning rate in the velocity:
/// `v ← momentum · v + learningRate · g / √(s + ε)`; `w ← w − v`.
///
/// Inputs: weight (changed), gradient, s (changed), and with momentum the velocity (changed), all of one shape. No output.
public struct RMSPropUpdate: ParameterUpdate {
    public static let name = "rmspropUpdate"
    /// ρ, how much of the mean square is kept.
    public let rho: Float
    /// ε, what keeps the denominator from zero.
    public let epsilon: Float
    /// How much of the velocity is kept; 0 for none.
    public let momentum: Float
    /// L2 penalty.
    public let weightDecay: Float
    /// Whether ε and the learning rate stand where TensorFlow has them.
    public let followsTensorFlow: Bool
    /// What the invocation's learning rate is multiplied by for this parameter.
    public let rateFactor: Float

    /// A step of RMSProp with PyTorch's defaults.
    public init(
        rho: Float = 0.99, epsilon: Float = 1e-8, momentum: Float = 0, weightDecay: Float = 0,
        followsTensorFlow: Bool = false, rateFactor: Float = 1
    ) {
        self.rho = rho
        self.epsilon = epsilon
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.followsTensorFlow = followsTensorFlow
        self.rateFactor = rateFactor
    }

    /// The learning rate of this parameter in a run.
    public func learningRate(in invocation: Invocation) -> Float { invocation.learningRate * rateFactor }

    /// How much of the velocity is kept in a run; 0 where there is none.
    public func momentum(in invocation: Invocation) -> Float {
        momentum == 0 ? 0 : invocation.momentum ?? momentum
    }

    public var mutatedInputs: [Int] { momentum == 0 ? [0, 2] : [0, 2, 3] }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        .elementwise(inputs: inputs, outputs: outputs, samples: samples, flopsPerElement: 8)
    }
}
