import OcellusGraph

extension DenseInputGradient: OpenCLOperation {
    /// Partial products, when the output features are many.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { product(inputs).workspaceByteCount(on: backend, for: outputs[0], capacity: capacity) }

    /// `dy · wᵀ`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try product(arguments.inputs.map(\.description)).prepare(
            on: backend, left: arguments.input(0), right: arguments.input(1), bias: nil,
            product: arguments.output(0), arguments)
    }

    private func product(_ inputs: [TensorDescription]) -> MatrixProduct {
        let (features, outputs) = (inputs[1].shape[0], inputs[1].shape[1])
        return MatrixProduct(
            rows: inputs[0].isBatched ? .samples : .fixed(1), columns: features, inner: .fixed(outputs),
            leftStrides: (outputs, 1), rightStrides: (1, outputs))
    }
}
