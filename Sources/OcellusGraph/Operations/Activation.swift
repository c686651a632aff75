/// A function applied to each element.
public enum ActivationFunction: String, Sendable, Hashable, Codable, CaseIterable {
    /// x.
    case identity
    /// max(x, 0).
    case relu
    /// min(max(x, 0), 6).
    case relu6
    /// σ̂(x) = min(max(x / 6 + ½, 0), 1): PyTorch's (Keras 3 has the same).
    case hardSigmoid = "hard_sigmoid"
    /// x · σ̂(x) (Howard et al., "Searching for MobileNetV3", ICCV 2019).
    case hardSwish = "hard_swish"
    /// σ(x) = 1 / (1 + e⁻ˣ).
    case sigmoid
    /// x · σ(x), also called swish (Elfwing et al., 2017).
    case silu
    /// x · Φ(x), with Φ the normal distribution (Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016).
    case gelu

    /// Whether the gradient follows from the output alone; if not, it takes the input.
    public var hasGradientOfOutput: Bool {
        switch self {
        case .identity, .relu, .relu6: true
        case .hardSigmoid, .hardSwish, .sigmoid, .silu, .gelu: false
        }
    }
}

/// `y = f(x)` for each element.
public struct Activation: DifferentiableOperation, Hashable {
    public static let name = "activation"
    /// The function.
    public let function: ActivationFunction

    /// Applies `function`.
    public init(_ function: ActivationFunction) { self.function = function }

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// x → y of the same shape.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        return inputs
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let value = function.hasGradientOfOutput ? builder.outputs[0] : builder.inputs[0]
        let gradient = try builder.append(ActivationGradient(function), [builder.gradientOfOutput(), value])
        builder.setGradient(ofInput: 0, to: gradient[0])
    }
}

/// `dx = dy · f′(x)`: inputs (dy, y) where the gradient follows from the output, else (dy, x).
public struct ActivationGradient: Operation, Hashable {
    public static let name = "activationGradient"
    /// The function whose gradient it is.
    public let function: ActivationFunction

    /// The gradient of `function`.
    public init(_ function: ActivationFunction) { self.function = function }

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// (dy, y or x) → dx, all of one shape.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectSame(inputs, 2)
        return [inputs[0]]
    }
}
