import OcellusGraph

extension BatchNormalization: OpenCLOperation {
    /// The mean of each chunk of rows, and a sum.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 2 * RowChunks(inputs[0], capacity: capacity, on: backend).partialByteCount }

    /// The statistics, then the output.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let step = try BatchNormalizationKernels(backend, arguments, activation)
        let (x, scale, shift) = (arguments.input(0), arguments.input(1), arguments.input(2))
        let (y, mean, deviation) = (arguments.output(0), arguments.output(1), arguments.output(2))
        let partial = KernelArgument.buffer(try arguments.scratch())
        return LaunchSequence([
            try step.overRows("statistics", [x, partial]),
            try step.overChannels(
                "finish_statistics", [partial, mean, deviation, arguments.input(3), arguments.input(4)],
                [.float(epsilon), .float(momentum), .int(tracksUnbiasedVariance ? 1 : 0)]),
            try step.overRows("normalize_rows", [x, scale, shift, mean, deviation, y]),
        ])
    }
}

extension BatchNormalizationGradient: OpenCLOperation {
    /// Two partial sums a chunk of rows.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 2 * RowChunks(inputs[0], capacity: capacity, on: backend).partialByteCount }

    /// The gradients of scale and shift, then that of the input, which needs them.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let step = try BatchNormalizationKernels(backend, arguments, activation)
        let read = (0..<6).map(arguments.input)
        let (dx, scaleGradient, shiftGradient) = (arguments.output(0), arguments.output(1), arguments.output(2))
        let partial = KernelArgument.buffer(try arguments.scratch())
        return LaunchSequence([
            try step.overRows("sum_gradients", read + [partial]),
            try step.overChannels("finish_pairs", [partial, shiftGradient, scaleGradient]),
            try step.overRows("input_gradient", read + [scaleGradient, shiftGradient, dx]),
        ])
    }
}

extension BatchNormalizationInference: OpenCLOperation {
    /// Enqueues `infer`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try BatchNormalizationKernels(backend, arguments)
            .overRows("infer", (0..<5).map(arguments.input) + [arguments.output(0)], [.float(epsilon)])
    }
}

extension BatchNormalizationInferenceGradient: OpenCLOperation {
    /// Enqueues `infer_gradient`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try BatchNormalizationKernels(backend, arguments)
            .overRows("infer_gradient", (0..<3).map(arguments.input) + [arguments.output(0)], [.float(epsilon)])
    }
}

/// Launches of `batch_normalization.cl` over the first input.
private struct BatchNormalizationKernels {
    private let backend: OpenCLBackend
    private let source: KernelSource
    private let chunks: RowChunks
    private let activation: ActivationFunction
    private let label: String

    init(
        _ backend: OpenCLBackend, _ arguments: OperationArguments, _ activation: ActivationFunction = .identity
    ) throws {
        self.backend = backend
        self.activation = activation
        source = try .files("common", "row_chunks", "batch_normalization")
        chunks = RowChunks(arguments.inputs[0].description, capacity: arguments.capacity, on: backend)
        label = arguments.label
    }

    /// A kernel over channels and chunks of rows.
    func overRows(
        _ entry: String, _ tensors: [KernelArgument], _ numbers: [KernelArgument] = []
    ) throws -> KernelLaunch {
        try launch(entry, tensors, numbers, chunks.grid)
    }

    /// A kernel over channels.
    func overChannels(
        _ entry: String, _ tensors: [KernelArgument], _ numbers: [KernelArgument] = []
    ) throws -> KernelLaunch {
        try launch(entry, tensors, numbers, chunks.channelGrid)
    }

    private func launch(
        _ entry: String, _ tensors: [KernelArgument], _ numbers: [KernelArgument], _ grid: LaunchGrid
    ) throws -> KernelLaunch {
        try backend.launch(
            entry, of: source, defines: chunks.defines + [("FUNCTION", activation.kernelNumber)],
            tensors + chunks.kernelArguments + numbers, grid: grid,
            label: label)
    }
}
