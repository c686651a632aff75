/// Adds a gradient to the sum of those of the runs before, which together make up one training step: `sum ← sum + gradient`.
/// In the first run of a step, which `Invocation.accumulatesGradients` tells, `sum ← gradient`, whatever it was. The gradient
/// is divided by `Invocation.lossScale` first.
///
/// Inputs: gradient, sum (changed), of one shape. No output.
public struct GradientAccumulation: Operation, Hashable {
    public static let name = "gradientAccumulation"

    /// An addition to a sum.
    public init() {}

    public var mutatedInputs: [Int] { [1] }

    /// (gradient, sum) → nothing.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectSame(inputs, 2)
        return []
    }
}
