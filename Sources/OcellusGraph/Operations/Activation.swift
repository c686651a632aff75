/// A function applied to each element. Each here has a gradient that its output alone gives.
public enum ActivationFunction: String, Sendable, Hashable, Codable, CaseIterable {
    case identity, relu, relu6
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
        let gradient = try builder.append(
            ActivationGradient(function), [builder.gradientOfOutput(), builder.outputs[0]])
        builder.setGradient(ofInput: 0, to: gradient[0])
    }
}

/// `dx = dy · f′(x)`, from dy and **y**: inputs (dy, y).
public struct ActivationGradient: Operation, Hashable {
    public static let name = "activationGradient"
    /// The function whose gradient it is.
    public let function: ActivationFunction

    /// The gradient of `function`.
    public init(_ function: ActivationFunction) { self.function = function }

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// (dy, y) → dx, all of one shape.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectSame(inputs, 2)
        return [inputs[0]]
    }
}
