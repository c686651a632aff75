import OcellusGraph

extension BiasGradient: OpenCLOperation {
    /// One partial sum a chunk of rows.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { RowChunks(inputs[0], capacity: capacity).partialByteCount }

    /// Sums each chunk, then the chunks.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let chunks = RowChunks(arguments.inputs[0].description, capacity: arguments.capacity)
        let width = backend.elementwiseWidth
        let source = try KernelSource.files("common", "bias_gradient")
        let partial = KernelArgument.buffer(try arguments.scratch())
        return LaunchSequence([
            try backend.launch(
                "sum_rows", of: source, defines: ["VEC": width],
                [arguments.input(0), partial] + chunks.kernelArguments, grid: chunks.grid(width: width),
                label: arguments.label),
            try backend.launch(
                "sum_chunks", of: source, defines: ["VEC": width],
                [partial, arguments.output(0)] + chunks.kernelArguments, grid: chunks.channelGrid(width: width),
                label: arguments.label),
        ])
    }
}
