/// The gradient of a convolution by its input: inputs (dy `[N, P, Q, K]`, filter `[kernelHeight, kernelWidth, C / groups,
/// K]`), output dx `[N, H, W, C]`. Also what is called a transposed convolution.
public struct ConvolutionInputGradient: Operation, Hashable {
    public static let name = "convolutionInputGradient"
    /// The forward convolution's window.
    public let window: Window
    /// The forward convolution's groups.
    public let groups: Int
    /// The forward convolution's input `[H, W, C]`, which the output's size alone does not give.
    public let inputShape: Shape

    /// The gradient of a convolution over an input of `inputShape`.
    public init(_ window: Window, groups: Int = 1, inputShape: Shape) {
        self.window = window
        self.groups = groups
        self.inputShape = inputShape
    }

    /// (dy, filter) → dx.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        let result = TensorDescription(inputShape, batched: inputs[0].isBatched)
        let forward = try Convolution(window, groups: groups, hasBias: false).outputs(for: [result, inputs[1]])
        guard forward[0] == inputs[0] else {
            throw ShapeMismatch("its output's gradient is \(inputs[0]), but the convolution gives \(forward[0])")
        }
        return [result]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        convolutionCost(inputs, outputs, output: inputs[0], filter: inputs[1].shape, samples)
    }
}
