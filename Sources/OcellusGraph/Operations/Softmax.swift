/// Probabilities from logits: `p[n,c] = exp(x[n,c]) / Σ exp(x[n,·])`, `[N, C]` → `[N, C]`. For inference; training takes
/// `SoftmaxCrossEntropy`.
public struct Softmax: Operation, Hashable {
    public static let name = "softmax"

    /// Softmax over the last dimension.
    public init() {}

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// logits → probabilities.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        guard inputs[0].shape.rank == 1 else { throw ShapeMismatch("wants logits [N, C], not \(inputs[0])") }
        return inputs
    }
}
