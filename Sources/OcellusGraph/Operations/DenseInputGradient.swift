/// The gradient of a fully connected layer by its input: (dy `[N, K]`, weight `[C, K]`) → dx `[N, C]`.
public struct DenseInputGradient: Operation, Hashable {
    public static let name = "denseInputGradient"

    /// The gradient by the input.
    public init() {}

    /// (dy, weight) → dx.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        let (gradient, weight) = (inputs[0], inputs[1])
        guard gradient.shape.rank == 1, weight.shape.rank == 2, gradient.shape[0] == weight.shape[1] else {
            throw ShapeMismatch("its output's gradient \(gradient) does not fit its weight \(weight)")
        }
        return [TensorDescription([weight.shape[0]], batched: gradient.isBatched)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        denseCost(inputs, outputs, weight: inputs[1].shape, samples)
    }
}
