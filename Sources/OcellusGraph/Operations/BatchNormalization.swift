/// Batch normalisation as in training (Ioffe & Szegedy, ICML 2015): each channel is normalised by its mean and variance
/// over the samples present and all places, then scaled and shifted: `y = f(γ · (x − mean) / √(variance + ε) + β)`.
///
/// Inputs: x `[N, …, C]`, γ, β, running mean and running variance, `[C]` each; the last two are changed:
/// `running ← momentum · running + (1 − momentum) · batch's`. Outputs: y, the batch's mean `[C]`, and
/// `1 / √(variance + ε)` `[C]`, which the gradient needs.
public struct BatchNormalization: DifferentiableOperation, Hashable {
    public static let name = "batchNormalization"
    /// ε, added to the variance.
    public let epsilon: Float
    /// The weight of the old running statistics, as Keras counts (PyTorch's momentum is 1 − this).
    public let momentum: Float
    /// Whether the running variance takes the unbiased estimate (PyTorch) or the biased one (Keras).
    public let tracksUnbiasedVariance: Bool
    /// What is applied at the end.
    public let activation: ActivationFunction

    /// Batch normalisation with Keras' defaults.
    public init(
        epsilon: Float = 1e-3, momentum: Float = 0.99, tracksUnbiasedVariance: Bool = false,
        activation: ActivationFunction = .identity
    ) {
        self.epsilon = epsilon
        self.momentum = momentum
        self.tracksUnbiasedVariance = tracksUnbiasedVariance
        self.activation = activation
    }

    /// The same with an activation at its end.
    func followed(by activation: ActivationFunction) -> BatchNormalization {
        BatchNormalization(
            epsilon: epsilon, momentum: momentum, tracksUnbiasedVariance: tracksUnbiasedVariance,
            activation: activation)
    }

    public var mutatedInputs: [Int] { [3, 4] }

    /// (x, γ, β, running mean, running variance) → (y, mean, inverse standard deviation).
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectChannels(inputs)
        let statistics = TensorDescription([inputs[0].shape[-1]], batched: false)
        return [inputs[0], statistics, statistics]
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let gradients = try builder.append(
            BatchNormalizationGradient(activation: activation),
            [
                builder.gradientOfOutput(), builder.inputs[0], builder.inputs[1], builder.inputs[2],
                builder.outputs[1], builder.outputs[2],
            ])
        for index in 0..<3 where builder.needsGradient(ofInput: index) {
            builder.setGradient(ofInput: index, to: gradients[index])
        }
    }
}

/// The gradient of batch normalisation and the activation after it: (dy, x, γ, β, mean, inverse standard deviation) →
/// (dx, dγ, dβ). Where the activation rose is computed again from x, which costs less than reading y.
public struct BatchNormalizationGradient: Operation, Hashable {
    public static let name = "batchNormalizationGradient"

    /// What was applied at the end.
    public let activation: ActivationFunction

    /// The gradient by the input, the scale and the shift.
    public init(activation: ActivationFunction = .identity) { self.activation = activation }

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// (dy, x, γ, β, mean, inverse standard deviation) → (dx, dγ, dβ).
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 6)
        try expectSame(Array(inputs[0..<2]), 2)
        try expectChannels(Array(inputs.dropFirst()))
        return [inputs[0], inputs[2], inputs[2]]
    }
}

/// Batch normalisation as in inference, by the running statistics: (x `[N, …, C]`, γ, β, mean, variance) → y.
///
/// Its gradient is that by x alone: the statistics are known, and nobody trains by it.
public struct BatchNormalizationInference: DifferentiableOperation, Hashable {
    public static let name = "batchNormalizationInference"
    /// ε, added to the variance.
    public let epsilon: Float

    /// Batch normalisation by known statistics.
    public init(epsilon: Float = 1e-3) { self.epsilon = epsilon }

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// (x, γ, β, mean, variance) → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectChannels(inputs)
        return [inputs[0]]
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        guard !(1..<5).contains(where: builder.needsGradient) else {
            throw GraphError("\(Self.name) has no gradient by its scale, shift and statistics")
        }
        let gradient = try builder.append(
            BatchNormalizationInferenceGradient(epsilon: epsilon),
            [builder.gradientOfOutput(), builder.inputs[1], builder.inputs[4]])
        builder.setGradient(ofInput: 0, to: gradient[0])
    }
}

/// The gradient of batch normalisation by known statistics: (dy `[N, …, C]`, γ, variance) → `dx = dy · γ / √(variance + ε)`.
public struct BatchNormalizationInferenceGradient: Operation, Hashable {
    public static let name = "batchNormalizationInferenceGradient"
    /// ε, added to the variance.
    public let epsilon: Float

    /// The gradient by the input.
    public init(epsilon: Float = 1e-3) { self.epsilon = epsilon }

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// (dy, γ, variance) → dx.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectChannels(inputs, 3)
        return [inputs[0]]
    }
}

extension Operation {
    /// Throws unless the first of so many inputs has channels and each other is one number a channel.
    fileprivate func expectChannels(_ inputs: [TensorDescription], _ count: Int = 5) throws(ShapeMismatch) {
        try expect(inputs, count)
        guard inputs[0].shape.rank >= 1 else { throw ShapeMismatch("wants an input with channels, not \(inputs[0])") }
        for input in inputs.dropFirst() { try expect(input, is: [inputs[0].shape[-1]], "scale, shift and statistics") }
    }
}
