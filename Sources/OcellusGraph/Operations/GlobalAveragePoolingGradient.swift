/// The gradient of global average pooling: dy `[N, C]` → dx `[N, H, W, C]`.
public struct GlobalAveragePoolingGradient: Operation, Hashable {
    public static let name = "globalAveragePoolingGradient"
    /// The forward pooling's input `[H, W, C]`.
    public let inputShape: Shape

    /// The gradient of a pooling over an input of `inputShape`.
    public init(inputShape: Shape) { self.inputShape = inputShape }

    /// dy → dx.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        guard inputShape.rank == 3, inputs[0].shape == [inputShape[2]] else {
            throw ShapeMismatch("its output's gradient \(inputs[0]) does not fit its input \(inputShape)")
        }
        return [TensorDescription(inputShape, batched: inputs[0].isBatched)]
    }
}
