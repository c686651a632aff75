import OcellusGraph

extension BiasGradient: OpenCLOperation {
    /// One partial sum a chunk of rows.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { RowChunks(inputs[0], capacity: capacity, on: backend).partialByteCount }

    /// Sums each chunk, then the chunks.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let chunks = RowChunks(arguments.inputs[0].description, capacity: arguments.capacity, on: backend)
        let source = try KernelSource.files("common", "row_chunks", "bias_gradient")
        let partial = KernelArgument.buffer(try arguments.scratch())
        return LaunchSequence([
            try backend.launch(
                "sum_rows", of: source, defines: chunks.defines,
                [arguments.input(0), partial] + chunks.kernelArguments, grid: chunks.grid, label: arguments.label),
            try backend.launch(
                "sum_chunks", of: source, defines: chunks.defines,
                [partial, arguments.output(0)] + chunks.kernelArguments, grid: chunks.channelGrid,
                label: arguments.label),
        ])
    }
}
