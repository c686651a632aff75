/// Two-dimensional cross-correlation, with bias and activation if wanted:
/// `y[n,p,q,k] = f(b[k] + Σ x[n, p·s + i·d − pad, q·s + j·d − pad, c] · w[i,j,c,k])`.
///
/// Inputs: x `[N, H, W, C]`, filter `[kernelHeight, kernelWidth, C / groups, K]`, bias `[K]` if there is one. Output:
/// `[N, P, Q, K]`. With `groups` G, output channels `K/G·g ..< K/G·(g+1)` see input channels `C/G·g ..< C/G·(g+1)`;
/// G = C is a depthwise convolution.
public struct Convolution: DifferentiableOperation, Hashable {
    public static let name = "convolution"
    /// Kernel size, stride, dilation and padding.
    public let window: Window
    /// Into how many independent groups the channels fall.
    public let groups: Int
    /// Whether a third input is added to each channel.
    public let hasBias: Bool
    /// What is applied at the end.
    public let activation: ActivationFunction

    /// A convolution.
    public init(_ window: Window, groups: Int = 1, hasBias: Bool = true, activation: ActivationFunction = .identity) {
        self.window = window
        self.groups = groups
        self.hasBias = hasBias
        self.activation = activation
    }

    /// The same with another activation at its end.
    func followed(by activation: ActivationFunction) -> Convolution {
        Convolution(window, groups: groups, hasBias: hasBias, activation: activation)
    }

    /// (x, filter[, bias]) → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, hasBias ? 3 : 2)
        let geometry = try window.geometry(over: inputs[0].shape)
        let channels = inputs[0].shape[-1]
        let filter = inputs[1].shape
        guard groups >= 1, channels % groups == 0 else {
            throw ShapeMismatch("its input \(inputs[0]) has \(channels) channels, which \(groups) groups do not divide")
        }
        guard filter.rank == 4, filter.dimensions[0..<3] == [window.height, window.width, channels / groups],
            !inputs[1].isBatched
        else {
            throw ShapeMismatch(
                "its filter is \(inputs[1]), but a \(window.height)×\(window.width) kernel over the input \(inputs[0])"
                    + (groups > 1 ? " in \(groups) groups" : "")
                    + " wants [\(window.height), \(window.width), \(channels / groups), output channels]")
        }
        guard filter[3] % groups == 0 else {
            throw ShapeMismatch(
                "its filter \(filter) has \(filter[3]) output channels, which \(groups) groups do not divide")
        }
        if hasBias { try expect(inputs[2], is: [filter[3]], "bias") }
        let shape: Shape = [geometry.outputHeight, geometry.outputWidth, filter[3]]
        return [TensorDescription(shape, batched: inputs[0].isBatched)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        convolutionCost(inputs, outputs, output: outputs[0], filter: inputs[1].shape, samples)
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        try differentiate(&builder, gradient: builder.gradientBefore(activation))
    }

    /// The gradients of input, filter and bias, from the gradient before the activation.
    func differentiate(_ builder: inout GradientBuilder, gradient: ValueID) throws {
        let (x, filter) = (builder.inputs[0], builder.inputs[1])
        if builder.needsGradient(ofInput: 1) {
            let operation = ConvolutionFilterGradient(
                window, groups: groups, outputChannels: builder.graph[filter].description.shape[3])
            builder.setGradient(ofInput: 1, to: try builder.append(operation, [x, gradient])[0])
        }
        if hasBias, builder.needsGradient(ofInput: 2) {
            builder.setGradient(ofInput: 2, to: try builder.append(BiasGradient(), [gradient])[0])
        }
        if builder.needsGradient(ofInput: 0) {
            let operation = ConvolutionInputGradient(
                window, groups: groups, inputShape: builder.graph[x].description.shape)
            builder.setGradient(ofInput: 0, to: try builder.append(operation, [gradient, filter])[0])
        }
    }
}

/// FLOPs of a convolution or one of its gradients: each output element of the forward pass is one dot product of the
/// window with the input channels it sees.
func convolutionCost(
    _ inputs: [TensorDescription], _ outputs: [TensorDescription], output: TensorDescription, filter: Shape,
    _ samples: Int
) -> Cost {
    var cost = Cost.elementwise(inputs: inputs, outputs: outputs, samples: samples)
    cost.flops = 2 * output.count(samples: samples) * filter[0] * filter[1] * filter[2]
    return cost
}
