/// A convolution to which another tensor is added before its activation, as where a residual block ends:
/// `y = f(x ∗ filter + bias + residual)`. Made by fusion, so that the sum takes no pass over memory of its own.
///
/// Inputs: as `Convolution`, then the residual, of the output's shape `[N, P, Q, K]`. Output: `[N, P, Q, K]`.
public struct ResidualConvolution: DifferentiableOperation, Hashable {
    public static let name = "residualConvolution"
    /// The convolution, with its bias and what is applied to the sum.
    public let convolution: Convolution

    /// A convolution to which a last input is added.
    public init(_ convolution: Convolution) { self.convolution = convolution }

    /// Which input is added.
    public var residualInput: Int { convolution.hasBias ? 3 : 2 }

    public var inPlace: (output: Int, input: Int)? { (0, residualInput) }

    /// (x, filter[, bias], residual) → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, residualInput + 1)
        let outputs = try convolution.outputs(for: inputs.dropLast())
        guard inputs[residualInput] == outputs[0] else {
            throw ShapeMismatch("adds \(inputs[residualInput]) to \(outputs[0])")
        }
        return outputs
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        convolutionCost(inputs, outputs, output: outputs[0], filter: inputs[1].shape, samples)
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let gradient = try builder.gradientBefore(convolution.activation)
        try convolution.differentiate(&builder, gradient: gradient)
        if builder.needsGradient(ofInput: residualInput) {
            builder.setGradient(ofInput: residualInput, to: gradient)
        }
    }
}
