/// The same elements under another shape. A view: nothing runs.
public struct Reshape: DifferentiableOperation, Hashable {
    public static let name = "reshape"
    /// The new shape of a sample; nil for one dimension (flatten).
    public let shape: Shape?

    /// A reshape of each sample to `shape`.
    public init(_ shape: Shape) { self.shape = shape }

    private init() { shape = nil }

    /// A reshape of each sample to one dimension.
    public static let flatten = Reshape()

    public var isView: Bool { true }

    /// x → the same elements.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        let target = shape ?? [inputs[0].shape.count]
        guard target.count == inputs[0].shape.count else {
            throw ShapeMismatch(
                "cannot make \(target) (\(target.count) elements) of \(inputs[0]) (\(inputs[0].shape.count))")
        }
        return [TensorDescription(target, batched: inputs[0].isBatched, inputs[0].elementType)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        Cost(flops: 0, bytes: 0)
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let back = Reshape(builder.graph[builder.inputs[0]].description.shape)
        builder.setGradient(ofInput: 0, to: try builder.append(back, [builder.gradientOfOutput()])[0])
    }
}
