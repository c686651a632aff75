/// The gradient of max-pooling: (dy `[N, P, Q, C]`, winners `uint8` of the same shape) → dx `[N, H, W, C]`. Each element
/// of dx is the sum over the windows that it won.
public struct MaxPoolingGradient: Operation, Hashable {
    public static let name = "maxPoolingGradient"
    /// The forward pooling's window.
    public let window: Window
    /// The forward pooling's input `[H, W, C]`.
    public let inputShape: Shape

    /// The gradient of a pooling over an input of `inputShape`.
    public init(_ window: Window, inputShape: Shape) {
        self.window = window
        self.inputShape = inputShape
    }

    /// (dy, winners) → dx.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        let result = TensorDescription(inputShape, batched: inputs[0].isBatched)
        let forward = try MaxPooling(window).outputs(for: [result])
        guard forward == inputs else {
            throw ShapeMismatch("its gradient and winners are \(inputs[0]) and \(inputs[1]), not twice \(forward[0])")
        }
        return [result]
    }
}
