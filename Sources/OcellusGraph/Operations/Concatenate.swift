/// Tensors side by side along the channels: `[N, …, C₁], [N, …, C₂], …` → `[N, …, C₁ + C₂ + …]`.
public struct Concatenate: DifferentiableOperation, Hashable {
    public static let name = "concatenate"

    /// A concatenation along the channels.
    public init() {}

    /// (a, b, …) → all of them.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        guard let first = inputs.first, first.shape.rank >= 1 else { throw ShapeMismatch("wants one input or more") }
        for other in inputs.dropFirst()
        where other.shape.dimensions.dropLast() != first.shape.dimensions.dropLast()
            || other.isBatched != first.isBatched
        {
            throw ShapeMismatch("its inputs \(first) and \(other) differ in more than their channels")
        }
        let channels = inputs.reduce(0) { $0 + $1.shape[-1] }
        return [
            TensorDescription(Shape(first.shape.dimensions.dropLast() + [channels]), batched: first.isBatched)
        ]
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let gradient = try builder.gradientOfOutput()
        var start = 0
        for (index, input) in builder.inputs.enumerated() {
            let channels = builder.graph[input].description.shape[-1]
            if builder.needsGradient(ofInput: index) {
                let slice = try builder.append(ChannelSlice(start: start, count: channels), [gradient])
                builder.setGradient(ofInput: index, to: slice[0])
            }
            start += channels
        }
    }
}

/// Some neighbouring channels: x `[N, …, C]` → `[N, …, count]`, from channel `start` on. The gradient of `Concatenate`.
public struct ChannelSlice: Operation, Hashable {
    public static let name = "channelSlice"
    /// The first channel.
    public let start: Int
    /// How many channels.
    public let count: Int

    /// `count` channels from `start` on.
    public init(start: Int, count: Int) {
        self.start = start
        self.count = count
    }

    /// x → its slice.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        guard inputs[0].shape.rank >= 1, start >= 0, count >= 1, start + count <= inputs[0].shape[-1] else {
            throw ShapeMismatch("has no channels \(start) to \(start + count - 1) in its input \(inputs[0])")
        }
        return [
            TensorDescription(
                Shape(inputs[0].shape.dimensions.dropLast() + [count]), batched: inputs[0].isBatched)
        ]
    }
}
