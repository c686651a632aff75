/// The largest element under each window, a channel at a time: x `[N, H, W, C]` → y `[N, P, Q, C]`, and, if wanted, the
/// winner's place in its window (`row · width + column`, the first of equals) as `uint8` of y's shape. Padding never wins.
public struct MaxPooling: DifferentiableOperation, Hashable {
    public static let name = "maxPooling"
    /// The window that is searched.
    public let window: Window
    /// Whether a second output says where each winner was, which the gradient needs.
    public let keepsWinners: Bool

    /// Max-pooling.
    public init(_ window: Window, keepsWinners: Bool = true) {
        self.window = window
        self.keepsWinners = keepsWinners
    }

    /// x → y[, winners].
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        // First, because it bounds the window's extents.
        let output = try pooled(inputs[0], window)
        guard window.count <= 256 else {
            throw ShapeMismatch("its window has \(window.count) elements; at most 256 can be searched")
        }
        return keepsWinners ? [output, TensorDescription(output.shape, batched: output.isBatched, .uint8)] : [output]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        .elementwise(inputs: inputs, outputs: outputs, samples: samples, flopsPerElement: window.count)
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        guard keepsWinners else { throw GraphError("a max-pooling without winners has no gradient") }
        let operation = MaxPoolingGradient(window, inputShape: builder.graph[builder.inputs[0]].description.shape)
        let gradient = try builder.append(operation, [builder.gradientOfOutput(), builder.outputs[1]])
        builder.setGradient(ofInput: 0, to: gradient[0])
    }
}

/// What a pooling of `input` by `window` gives.
func pooled(_ input: TensorDescription, _ window: Window) throws(ShapeMismatch) -> TensorDescription {
    let geometry = try window.geometry(over: input.shape)
    // A window that lies wholly in padding has no largest element and no mean.
    func touchesInput(_ pad: Int, _ kernel: Int, _ dilation: Int, _ stride: Int, _ count: Int, _ extent: Int) -> Bool {
        pad <= (kernel - 1) * dilation && (count - 1) * stride - pad < extent
    }
    guard
        touchesInput(
            geometry.padTop, window.height, window.dilationHeight, window.strideHeight, geometry.outputHeight,
            geometry.inputHeight),
        touchesInput(
            geometry.padLeft, window.width, window.dilationWidth, window.strideWidth, geometry.outputWidth,
            geometry.inputWidth)
    else { throw ShapeMismatch("its padding is so large that a window over \(input) would see nothing else") }
    return TensorDescription(
        [geometry.outputHeight, geometry.outputWidth, input.shape[2]], batched: input.isBatched)
}
