import OcellusGraph

extension Dense: OpenCLOperation {
    /// Partial products, when the features are many.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { product(inputs).workspaceByteCount(on: backend, for: outputs[0], capacity: capacity) }

    /// `x · w`, then bias and activation.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try product(arguments.inputs.map(\.description)).prepare(
            on: backend, left: arguments.input(0), right: arguments.input(1),
            bias: hasBias ? arguments.input(2) : nil, product: arguments.output(0), arguments)
    }

    private func product(_ inputs: [TensorDescription]) -> MatrixProduct {
        let (features, outputs) = (inputs[1].shape[0], inputs[1].shape[1])
        return MatrixProduct(
            rows: inputs[0].isBatched ? .samples : .fixed(1), columns: outputs, inner: .fixed(features),
            leftStrides: (features, 1), rightStrides: (outputs, 1), function: activation)
    }
}
