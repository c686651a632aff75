/// The gradient of a fully connected layer by its weight: (x `[N, C]`, dy `[N, K]`) → dw `[C, K]`, summed over the batch.
public struct DenseWeightGradient: Operation, Hashable {
    public static let name = "denseWeightGradient"

    /// The gradient by the weight.
    public init() {}

    /// (x, dy) → dw.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        guard inputs[0].shape.rank == 1, inputs[1].shape.rank == 1 else {
            throw ShapeMismatch("wants features [N, C] and [N, K], not \(inputs[0]) and \(inputs[1])")
        }
        return [TensorDescription([inputs[0].shape[0], inputs[1].shape[0]], batched: false)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        denseCost(inputs, outputs, weight: outputs[0].shape, samples)
    }
}
