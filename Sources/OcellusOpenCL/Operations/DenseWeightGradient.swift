import OcellusGraph

extension DenseWeightGradient: OpenCLOperation {
    /// Partial products, when the batch is large.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { product(inputs).workspaceByteCount(on: backend, for: outputs[0], capacity: capacity) }

    /// `xᵀ · dy`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try product(arguments.inputs.map(\.description)).prepare(
            on: backend, left: arguments.input(0), right: arguments.input(1), bias: nil,
            product: arguments.output(0), arguments)
    }

    private func product(_ inputs: [TensorDescription]) -> MatrixProduct {
        let (features, outputs) = (inputs[0].shape[0], inputs[1].shape[0])
        return MatrixProduct(
            rows: .fixed(features), columns: outputs, inner: inputs[0].isBatched ? .samples : .fixed(1),
            leftStrides: (1, features), rightStrides: (outputs, 1))
    }
}
