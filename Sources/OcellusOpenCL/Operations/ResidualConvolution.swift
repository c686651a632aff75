import OcellusGraph

extension ResidualConvolution: OpenCLOperation {
    /// Whether the convolution is not depthwise.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { convolution.depthwise(inputs) == nil }

    /// The convolution's.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        convolution.workspaceByteCount(
            on: backend, inputs: inputs.dropLast(), outputs: outputs, capacity: capacity)
    }

    /// The convolution's kernels, which add where they store.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try convolution.prepare(on: backend, arguments, residual: arguments.input(residualInput))
    }
}
