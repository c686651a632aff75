/// The mean of each channel over height and width: x `[N, H, W, C]` → y `[N, C]`.
public struct GlobalAveragePooling: DifferentiableOperation, Hashable {
    public static let name = "globalAveragePooling"

    /// Global average pooling.
    public init() {}

    /// x → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        guard inputs[0].shape.rank == 3 else {
            throw ShapeMismatch("wants a picture [height, width, channels] for its input, not \(inputs[0])")
        }
        return [TensorDescription([inputs[0].shape[2]], batched: inputs[0].isBatched)]
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let operation = GlobalAveragePoolingGradient(inputShape: builder.graph[builder.inputs[0]].description.shape)
        builder.setGradient(ofInput: 0, to: try builder.append(operation, [builder.gradientOfOutput()])[0])
    }
}
