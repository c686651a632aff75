/// The gradient of what was added to each channel: dy `[N, …, K]` → db `[K]`, the sum over all else.
public struct BiasGradient: Operation, Hashable {
    public static let name = "biasGradient"

    /// The gradient of a bias.
    public init() {}

    /// dy → db.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        guard inputs[0].shape.rank >= 1 else { throw ShapeMismatch("wants a gradient with channels, not \(inputs[0])") }
        return [TensorDescription([inputs[0].shape[-1]], batched: false)]
    }
}
