/// One step of stochastic gradient descent on one parameter, as PyTorch writes it: `g ← g + weightDecay · w`;
/// `v ← momentum · v + g`; `w ← w − learningRate · v`, or with Nesterov `w ← w − learningRate · (g + momentum · v)`.
/// At a constant learning rate it is Keras' too.
///
/// Inputs: weight (changed), gradient, and with momentum the velocity (changed), all of one shape. No output.
public struct SGDUpdate: ParameterUpdate {
    public static let name = "sgdUpdate"
    /// How much of the velocity is kept; 0 for none.
    public let momentum: Float
    /// Whether the gradient is taken ahead, where momentum carries the weight.
    public let isNesterov: Bool
    /// L2 penalty.
    public let weightDecay: Float
    /// What the invocation's learning rate is multiplied by for this parameter.
    public let rateFactor: Float

    /// A step of SGD.
    public init(momentum: Float = 0, isNesterov: Bool = false, weightDecay: Float = 0, rateFactor: Float = 1) {
        self.momentum = momentum
        self.isNesterov = isNesterov
        self.weightDecay = weightDecay
        self.rateFactor = rateFactor
    }

    /// The learning rate of this parameter in a run.
    public func learningRate(in invocation: Invocation) -> Float { invocation.learningRate * rateFactor }

    /// How much of the velocity is kept in a run; 0 where there is none.
    public func momentum(in invocation: Invocation) -> Float {
        momentum == 0 ? 0 : invocation.momentum ?? momentum
    }

    public var mutatedInputs: [Int] { momentum == 0 ? [0] : [0, 2] }
}
