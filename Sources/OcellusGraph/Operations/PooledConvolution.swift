/// A convolution, its activation and a 2×2 max-pooling after it, in one: the convolution's own output, four times as large,
/// is never stored. Made by fusion. Inputs as `Convolution`; outputs as `MaxPooling`: y `[N, P/2, Q/2, K]` and, if wanted,
/// the winner's place in its window (0…3).
///
/// Its gradients know that only winners have one: a quarter of the dense work at most.
public struct PooledConvolution: DifferentiableOperation, Hashable {
    public static let name = "pooledConvolution"
    /// The 2×2 window, stride 2, that is pooled over. A last odd row or column is left out.
    public static let pooling = Window(2, stride: 2)
    /// The convolution, with its bias and activation, which is one whose gradient follows from its output. Those never fall,
    /// so pooling and activation may change places.
    public let convolution: Convolution
    /// Whether a second output says where each winner was, which the gradient needs.
    public let keepsWinners: Bool

    /// A convolution that is pooled.
    public init(_ convolution: Convolution, keepsWinners: Bool) {
        self.convolution = convolution
        self.keepsWinners = keepsWinners
    }

    /// (x, filter[, bias]) → y[, winners].
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try MaxPooling(Self.pooling, keepsWinners: keepsWinners).outputs(for: convolution.outputs(for: inputs))
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        var cost = convolutionCost(inputs, outputs, output: outputs[0], filter: inputs[1].shape, samples)
        cost.flops *= Self.pooling.count
        return cost
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        guard keepsWinners else { throw GraphError("a pooled convolution without winners has no gradient") }
        let gradient = try builder.gradientBefore(convolution.activation)
        let (x, filter, winners) = (builder.inputs[0], builder.inputs[1], builder.outputs[1])
        if builder.needsGradient(ofInput: 1) {
            let operation = PooledConvolutionFilterGradient(
                convolution.window, groups: convolution.groups,
                outputChannels: builder.graph[filter].description.shape[3])
            builder.setGradient(ofInput: 1, to: try builder.append(operation, [x, gradient, winners])[0])
        }
        if convolution.hasBias, builder.needsGradient(ofInput: 2) {
            builder.setGradient(ofInput: 2, to: try builder.append(BiasGradient(), [gradient])[0])
        }
        if builder.needsGradient(ofInput: 0) {
            let operation = PooledConvolutionInputGradient(
                convolution.window, groups: convolution.groups, inputShape: builder.graph[x].description.shape)
            builder.setGradient(ofInput: 0, to: try builder.append(operation, [gradient, winners, filter])[0])
        }
    }
}

/// The gradient of a pooled convolution by its input: (dy `[N, P/2, Q/2, K]`, winners, filter) → dx `[N, H, W, C]`. dy is the
/// gradient before the activation.
public struct PooledConvolutionInputGradient: Operation, Hashable {
    public static let name = "pooledConvolutionInputGradient"
    /// The convolution's window.
    public let window: Window
    /// The convolution's groups.
    public let groups: Int
    /// The convolution's input `[H, W, C]`.
    public let inputShape: Shape

    /// The gradient over an input of `inputShape`.
    public init(_ window: Window, groups: Int = 1, inputShape: Shape) {
        self.window = window
        self.groups = groups
        self.inputShape = inputShape
    }

    /// (dy, winners, filter) → dx.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 3)
        let result = TensorDescription(inputShape, batched: inputs[0].isBatched)
        let forward = try PooledConvolution(
            Convolution(window, groups: groups, hasBias: false), keepsWinners: true
        ).outputs(for: [result, inputs[2]])
        guard forward == Array(inputs[0..<2]) else {
            throw ShapeMismatch("its gradient and winners are \(inputs[0]) and \(inputs[1]), not twice \(forward[0])")
        }
        return [result]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        convolutionCost(inputs, outputs, output: inputs[0], filter: inputs[2].shape, samples)
    }
}

/// The gradient of a pooled convolution by its filter: (x `[N, H, W, C]`, dy `[N, P/2, Q/2, K]`, winners) → dw
/// `[kernelHeight, kernelWidth, C / groups, K]`. dy is the gradient before the activation; its zeros cost nothing.
public struct PooledConvolutionFilterGradient: Operation, Hashable {
    public static let name = "pooledConvolutionFilterGradient"
    /// The convolution's window.
    public let window: Window
    /// The convolution's groups.
    public let groups: Int
    /// K.
    public let outputChannels: Int

    /// The gradient of a pooled convolution with `outputChannels` filters.
    public init(_ window: Window, groups: Int = 1, outputChannels: Int) {
        self.window = window
        self.groups = groups
        self.outputChannels = outputChannels
    }

    /// (x, dy, winners) → dw.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 3)
        let channels = inputs[0].shape.rank == 3 ? inputs[0].shape[-1] : 0
        let filter = TensorDescription(
            [window.height, window.width, channels / max(groups, 1), outputChannels], batched: false)
        let forward = try PooledConvolution(
            Convolution(window, groups: groups, hasBias: false), keepsWinners: true
        ).outputs(for: [inputs[0], filter])
        guard forward == Array(inputs[1..<3]) else {
            throw ShapeMismatch("its gradient and winners are \(inputs[1]) and \(inputs[2]), not twice \(forward[0])")
        }
        return [filter]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        convolutionCost(inputs, outputs, output: inputs[1], filter: outputs[0].shape, samples)
    }
}
