/// Layer normalisation over the channels of each place (Ba et al., "Layer Normalization", 2016):
/// `y = γ · (x − mean) / √(variance + ε) + β`, with mean and variance of one place's channels.
///
/// Inputs: x `[N, …, C]`, γ `[C]`, β `[C]`. Output: `[N, …, C]`.
public struct LayerNormalization: DifferentiableOperation, Hashable {
    public static let name = "layerNormalization"
    /// ε, added to the variance.
    public let epsilon: Float

    /// Layer normalisation.
    public init(epsilon: Float = 1e-6) { self.epsilon = epsilon }

    /// (x, γ, β) → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 3)
        guard inputs[0].shape.rank >= 1 else { throw ShapeMismatch("wants an input with channels, not \(inputs[0])") }
        for input in inputs.dropFirst() { try expect(input, is: [inputs[0].shape[-1]], "scale and shift") }
        return [inputs[0]]
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let gradients = try builder.append(
            LayerNormalizationGradient(epsilon: epsilon),
            [builder.gradientOfOutput(), builder.inputs[0], builder.inputs[1]])
        for index in 0..<3 where builder.needsGradient(ofInput: index) {
            builder.setGradient(ofInput: index, to: gradients[index])
        }
    }
}

/// The gradient of layer normalisation: (dy, x, γ) → (dx, dγ, dβ). Mean and variance are computed again from x.
public struct LayerNormalizationGradient: Operation, Hashable {
    public static let name = "layerNormalizationGradient"
    /// ε, added to the variance.
    public let epsilon: Float

    /// The gradient by the input, the scale and the shift.
    public init(epsilon: Float = 1e-6) { self.epsilon = epsilon }

    /// (dy, x, γ) → (dx, dγ, dβ).
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 3)
        try expectSame(Array(inputs[0..<2]), 2)
        guard inputs[0].shape.rank >= 1 else { throw ShapeMismatch("wants an input with channels, not \(inputs[0])") }
        try expect(inputs[2], is: [inputs[0].shape[-1]], "scale")
        return [inputs[0], inputs[2], inputs[2]]
    }
}
