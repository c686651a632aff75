/// Whether some element of its inputs is infinite or no number: any inputs → `[1]`, 1 if so, else 0.
public struct NonFiniteCheck: Operation, Hashable {
    public static let name = "nonFiniteCheck"

    /// A check.
    public init() {}

    /// (a, b, …), unbatched → flag.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        guard !inputs.isEmpty else { throw ShapeMismatch("wants one input or more") }
        for input in inputs where input.isBatched || input.elementType != .float32 {
            throw ShapeMismatch("wants unbatched float32 inputs, not \(input)")
        }
        return [TensorDescription([1], batched: false)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        let elements = inputs.reduce(0) { $0 + $1.shape.count }
        return Cost(flops: elements, bytes: 4 * elements)
    }
}
