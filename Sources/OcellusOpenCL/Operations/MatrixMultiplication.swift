import OcellusGraph

extension MatrixMultiplication: OpenCLOperation {
    /// Partial products, when one long product is all.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { product(inputs, outputs[0]).workspaceByteCount(on: backend, for: outputs[0], capacity: capacity) }

    /// One product a sample.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try product(arguments.inputs.map(\.description), arguments.outputs[0].description).prepare(
            on: backend, left: arguments.input(0), right: arguments.input(1), bias: nil,
            product: arguments.output(0), arguments)
    }

    private func product(_ inputs: [TensorDescription], _ output: TensorDescription) -> MatrixProduct {
        let (left, right) = (inputs[0].shape, inputs[1].shape)
        return MatrixProduct(
            rows: .fixed(output.shape[0]), columns: output.shape[1], inner: .fixed(left[transposesLeft ? 0 : 1]),
            leftStrides: transposesLeft ? (1, left[1]) : (left[1], 1),
            rightStrides: transposesRight ? (1, right[1]) : (right[1], 1),
            batchStrides: inputs[0].isBatched ? (left.count, right.count) : nil)
    }
}
