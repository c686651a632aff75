import OcellusGraph

extension ResidualConvolution: CPUOperation {
    /// Whether the convolution is not depthwise.
    public func isSupported(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { convolution.groups == 1 || inputs[1].shape[2] > 1 }

    /// The convolution's.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        convolution.workspaceByteCount(
            on: backend, inputs: inputs.dropLast(), outputs: outputs, capacity: capacity)
    }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try convolution.prepare(on: backend, arguments, addend: arguments.input(residualInput))
    }
}
