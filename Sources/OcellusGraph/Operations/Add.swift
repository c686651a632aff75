/// The sum of two tensors of one shape, as where a residual block's branches meet, and an activation of it if wanted:
/// `y = f(a + b)`.
public struct Add: DifferentiableOperation, Hashable {
    public static let name = "add"
    /// What is applied at the end.
    public let activation: ActivationFunction

    /// A sum.
    public init(activation: ActivationFunction = .identity) { self.activation = activation }

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// (a, b) → f(a + b).
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectSame(inputs, 2)
        return [inputs[0]]
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let gradient = try builder.gradientBefore(activation)
        for index in 0..<2 where builder.needsGradient(ofInput: index) {
            builder.setGradient(ofInput: index, to: gradient)
        }
    }
}
