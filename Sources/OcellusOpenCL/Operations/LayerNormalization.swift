import OcellusGraph

extension LayerNormalization: OpenCLOperation {
    /// Enqueues `layer_normalization`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try backend.launchOverRows(
            "layer_normalization", arguments,
            (0..<3).map(arguments.input) + [arguments.output(0)], epsilon: epsilon)
    }
}

extension LayerNormalizationGradient: OpenCLOperation {
    /// Mean and deviation a row, and two partial sums a chunk of rows.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        statisticsByteCount(inputs[0], capacity)
            + 2 * RowChunks(inputs[0], capacity: capacity, on: backend).partialByteCount
    }

    /// The gradient of the input, then those of scale and shift.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let chunks = RowChunks(tensor, capacity: arguments.capacity, on: backend)
        let scratch = try arguments.scratch()
        let byteCount = statisticsByteCount(tensor, arguments.capacity)
        let statistics = KernelArgument.buffer(scratch.part(at: 0, byteCount: byteCount))
        let partial = KernelArgument.buffer(scratch.part(at: byteCount, byteCount: 2 * chunks.partialByteCount))
        let (dy, x) = (arguments.input(0), arguments.input(1))
        let source = try KernelSource.files("common", "row_chunks", "layer_normalization")
        let defines = chunks.defines + [("ROW_ITEMS", backend.itemsPerRow)]
        return LaunchSequence([
            try backend.launchOverRows(
                "layer_normalization_gradient", arguments,
                [dy, x, arguments.input(2), arguments.output(0), statistics], epsilon: epsilon),
            try backend.launch(
                "sum_layer_gradients", of: source, defines: defines,
                [dy, x, statistics, partial] + chunks.kernelArguments, grid: chunks.grid, label: arguments.label),
            try backend.launch(
                "finish_pairs", of: source, defines: defines,
                [partial, arguments.output(1), arguments.output(2)] + chunks.kernelArguments,
                grid: chunks.channelGrid, label: arguments.label),
        ])
    }

    private func statisticsByteCount(_ tensor: TensorDescription, _ capacity: Int) -> Int {
        let rows = tensor.count(samples: capacity) / tensor.shape[-1]
        return (2 * rows * MemoryLayout<Float>.size).rounded(upTo: 4096)
    }
}

extension OpenCLBackend {
    /// Work-items that share a row.
    fileprivate var itemsPerRow: Int { kernelFamily == .wide ? 1 : 32 }

    /// A kernel of `layer_normalization.cl` with a work-group a row.
    fileprivate func launchOverRows(
        _ entry: String, _ arguments: OperationArguments, _ tensors: [KernelArgument], epsilon: Float
    ) throws -> KernelLaunch {
        let tensor = arguments.inputs[0].description
        let channels = tensor.shape[-1]
        let (rows, isBatched) = (tensor.shape.count / channels, tensor.isBatched)
        return try launch(
            entry, of: .files("common", "row_chunks", "layer_normalization"), defines: ["ROW_ITEMS": itemsPerRow],
            tensors + [.int(channels), .float(epsilon)],
            grid: LaunchGrid(local: [itemsPerRow, 1, 1]) { [rows * (isBatched ? $0 : 1), 1, 1] },
            label: arguments.label)
    }
}
