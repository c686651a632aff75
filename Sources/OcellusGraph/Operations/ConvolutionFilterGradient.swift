/// The gradient of a convolution by its filter: inputs (x `[N, H, W, C]`, dy `[N, P, Q, K]`), output dw `[kernelHeight,
/// kernelWidth, C / groups, K]`, summed over the batch.
public struct ConvolutionFilterGradient: Operation, Hashable {
    public static let name = "convolutionFilterGradient"
    /// The forward convolution's window.
    public let window: Window
    /// The forward convolution's groups.
    public let groups: Int
    /// K.
    public let outputChannels: Int

    /// The gradient of a convolution with `outputChannels` filters.
    public init(_ window: Window, groups: Int = 1, outputChannels: Int) {
        self.window = window
        self.groups = groups
        self.outputChannels = outputChannels
    }

    /// (x, dy) → dw.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        let channels = inputs[0].shape.rank == 3 ? inputs[0].shape[-1] : 0
        let filter = TensorDescription(
            [window.height, window.width, channels / max(groups, 1), outputChannels], batched: false)
        let forward = try Convolution(window, groups: groups, hasBias: false).outputs(for: [inputs[0], filter])
        guard forward[0] == inputs[1] else {
            throw ShapeMismatch("its output's gradient is \(inputs[1]), but the convolution gives \(forward[0])")
        }
        return [filter]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        convolutionCost(inputs, outputs, output: inputs[1], filter: outputs[0].shape, samples)
    }
}
