/// The mean under each window, a channel at a time: x `[N, H, W, C]` → y `[N, P, Q, C]`.
public struct AveragePooling: DifferentiableOperation, Hashable {
    public static let name = "averagePooling"
    /// The window that is averaged over.
    public let window: Window
    /// Whether zeros outside of the input count as elements (PyTorch's default) or not (Keras').
    public let countsPadding: Bool

    /// Average pooling.
    public init(_ window: Window, countsPadding: Bool = false) {
        self.window = window
        self.countsPadding = countsPadding
    }

    /// x → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        return [try pooled(inputs[0], window)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        .elementwise(inputs: inputs, outputs: outputs, samples: samples, flopsPerElement: window.count)
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let operation = AveragePoolingGradient(
            window, countsPadding: countsPadding, inputShape: builder.graph[builder.inputs[0]].description.shape)
        builder.setGradient(ofInput: 0, to: try builder.append(operation, [builder.gradientOfOutput()])[0])
    }
}
