import CSIMD
import OcellusGraph

extension MatrixMultiplication: CPUOperation {
    /// Room for the factors, packed.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { product(inputs, panelWidth: backend.kernels.panelWidth).workspaceCount * 4 }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let product = product(arguments.inputs.map(\.description), panelWidth: backend.kernels.panelWidth)
        let left = try arguments.input(0)
        let right = try arguments.input(1)
        let result = try arguments.output(0)
        let workspace = try arguments.workspaceFloats(byteCount: product.workspaceCount * 4)
        let isBatched = arguments.inputs[0].description.isBatched
        return CPUStep { invocation in
            for sample in 0..<(isBatched ? invocation.count : 1) {
                product.run(
                    on: backend, left: left + sample * product.rows * product.inner,
                    right: right + sample * product.inner * product.columns,
                    result: result + sample * product.rows * product.columns, workspace: workspace)
            }
        }
    }

    private func product(_ inputs: [TensorDescription], panelWidth: Int) -> MatrixProduct {
        let (left, right) = (inputs[0].shape, inputs[1].shape)
        return MatrixProduct(
            rows: left[transposesLeft ? 1 : 0], inner: left[transposesLeft ? 0 : 1],
            columns: right[transposesRight ? 0 : 1], transposesLeft: transposesLeft, transposesRight: transposesRight,
            panelWidth: panelWidth)
    }
}
