/// The norm of all gradients together, the root of the sum of their elements' squares, and what they are to be multiplied by
/// so that it is at most `maximum`: `min(1, maximum / (norm + 10⁻⁶))`, as PyTorch's `clip_grad_norm_` computes it (Pascanu et
/// al., "On the difficulty of training recurrent neural networks", ICML 2013).
///
/// Inputs: gradients of any shapes. Output: `[2]`, the factor and the norm.
public struct GradientNorm: Operation, Hashable {
    public static let name = "gradientNorm"
    /// The largest norm that gradients keep; infinite for any.
    public let maximum: Float

    /// The norm and a factor.
    public init(maximum: Float) { self.maximum = maximum }

    /// gradients → (factor, norm).
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        guard !inputs.isEmpty else { throw ShapeMismatch("wants 1 input or more, not 0") }
        for input in inputs where input.isBatched || input.elementType != .float32 {
            throw ShapeMismatch("wants gradients of parameters, not \(input)")
        }
        return [TensorDescription([2], batched: false)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        Cost(
            flops: inputs.reduce(0) { $0 + 2 * $1.shape.count },
            bytes: (inputs + outputs).reduce(0) { $0 + $1.byteCount(samples: samples) })
    }
}

/// Multiplies a gradient by the first of two numbers, as `GradientNorm` gives them.
///
/// Inputs: gradient (changed), `[2]`. No output.
public struct GradientScale: Operation, Hashable {
    public static let name = "gradientScale"

    /// A product in place.
    public init() {}

    public var mutatedInputs: [Int] { [0] }

    /// (gradient, [2]) → nothing.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        guard !inputs[0].isBatched else { throw ShapeMismatch("wants a parameter's gradient, not \(inputs[0])") }
        try expect(inputs[1], is: [2], "factor and norm")
        return []
    }
}
