/// The gradient of average pooling: dy `[N, P, Q, C]` → dx `[N, H, W, C]`.
public struct AveragePoolingGradient: Operation, Hashable {
    public static let name = "averagePoolingGradient"
    /// The forward pooling's window.
    public let window: Window
    /// Whether zeros outside of the input counted as elements.
    public let countsPadding: Bool
    /// The forward pooling's input `[H, W, C]`.
    public let inputShape: Shape

    /// The gradient of a pooling over an input of `inputShape`.
    public init(_ window: Window, countsPadding: Bool = false, inputShape: Shape) {
        self.window = window
        self.countsPadding = countsPadding
        self.inputShape = inputShape
    }

    /// dy → dx.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        let result = TensorDescription(inputShape, batched: inputs[0].isBatched)
        let forward = try pooled(result, window)
        guard forward == inputs[0] else {
            throw ShapeMismatch("its output's gradient is \(inputs[0]), but the pooling gives \(forward)")
        }
        return [result]
    }
}
