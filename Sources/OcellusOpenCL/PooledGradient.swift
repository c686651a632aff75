import OcellusGraph

/// The gradients of a pooled convolution as `pooled_convolution_gradients_wide.cl` computes them, from the winners' gradients
/// alone.
struct PooledGradient {
    private let geometry: WindowGeometry
    private let channels: Int
    private let outputChannels: Int

    /// Whether the convolution is one that these kernels know: windows wholly inside of the input, whose rows are runs in
    /// memory that fill a vector.
    static func isSupported(
        _ geometry: WindowGeometry, groups: Int, channels: Int, outputChannels: Int
    ) -> Bool {
        groups == 1 && outputChannels <= mostGradients && geometry.isInside && geometry.window.dilationWidth == 1
            && geometry.window.height <= PooledGradient.accumulators
            && geometry.window.width * channels >= PooledGradient.fewestLanes
    }

    init(_ window: Window, inputShape: Shape, outputChannels: Int, on backend: OpenCLBackend) throws {
        geometry = try window.geometry(over: inputShape)
        channels = inputShape[2]
        self.outputChannels = outputChannels
        let isWide = (backend.parameters.width ?? backend.vectorWidth) >= 16
        lanes = isWide && geometry.window.width * channels >= 16 ? 16 : Self.fewestLanes
        accumulators = max(
            backend.parameters.rows ?? (backend.vectorWidth >= 16 ? 2 : 1) * Self.accumulators, geometry.window.height)
        channelsPerItem = backend.parameters.work ?? 32
        product = backend.product
    }

    /// Floats of a vector: a register of AVX2, or of AVX-512 where a row of the window fills it.
    private let lanes: Int
    /// The most vectors that are in registers at once beside the factors.
    private let accumulators: Int
    /// Channels of the filter's gradient that a work-item makes.
    private let channelsPerItem: Int
    private let product: MultiplyAdd
    private static let fewestLanes = 8
    // As in the kernels.
    private static let mostPlaces = 128
    private static let mostGradients = 2048
    /// The most vectors that stay in 16 registers beside the factors.
    private static let accumulators = 12

    private var pooledHeight: Int { geometry.outputHeight / 2 }
    private var pooledWidth: Int { geometry.outputWidth / 2 }
    private var run: Int { geometry.window.width * channels }

    /// Vectors of each run that are in registers at once: as many in each pass.
    private var vectorsPerPass: Int {
        let vectors = run.dividedUp(by: lanes)
        return vectors.dividedUp(by: vectors.dividedUp(by: accumulators / geometry.window.height))
    }

    /// Vectors of each run, a multiple of those in registers.
    private var vectors: Int { run.dividedUp(by: lanes).rounded(upTo: vectorsPerPass) }

    /// Floats of the filter cut into vectors.
    private var packedCount: Int { outputChannels * geometry.window.height * vectors * lanes }

    /// The fields of the kernels' `Sizes`, in order.
    private func kernelIntegers(lines: Int, channelsPerItem: Int, segment: Int) -> [Int] {
        let window = geometry.window
        return [
            pooledHeight, pooledWidth, geometry.inputHeight, geometry.inputWidth, channels, window.strideHeight,
            window.strideWidth, run, vectors, window.dilationHeight * geometry.inputWidth * channels, outputChannels,
            lines, channelsPerItem, segment,
        ]
    }

    private func launch(
        _ entry: String, _ backend: OpenCLBackend, _ kernelArguments: [KernelArgument], _ grid: LaunchGrid,
        _ label: String
    ) throws -> KernelLaunch {
        try backend.launch(
            entry, of: .files("window", "pooled_convolution_gradients_wide"),
            defines: [("LANES", lanes), ("WINDOW_HEIGHT", geometry.window.height), ("PASS", vectorsPerPass)]
                + product.defines, kernelArguments, grid: grid, label: label)
    }
}

// MARK: By the filter

extension PooledGradient {
    /// Pooled lines of a chunk, whose partial gradients a second pass adds; they depend on shape and capacity alone.
    private func linesPerChunk(samples: Int) -> Int {
        let chunks = min(max(16_777_216 / (4 * packedCount), 1), 32)
        return (samples * pooledHeight).dividedUp(by: chunks)
    }

    /// Bytes of a partial gradient a chunk.
    func filterWorkspaceByteCount(samples: Int) -> Int {
        (samples * pooledHeight).dividedUp(by: linesPerChunk(samples: samples)) * packedCount * 4
    }

    /// Launches from (x, dy, winners) to dw.
    func prepareFilter(
        on backend: OpenCLBackend, _ arguments: OperationArguments
    ) throws -> any PreparedStep {
        let isBatched = arguments.inputs[0].description.isBatched
        let lines = linesPerChunk(samples: isBatched ? arguments.capacity : 1)
        // The input under a segment is to fit a first cache of 32 KiB, with room for dy.
        let placeByteCount =
            4 * channels * 2 * geometry.window.strideWidth * (geometry.window.height + geometry.window.strideHeight)
        let segment = min(max(20_480 / placeByteCount, 8), Self.mostPlaces, pooledWidth)
        let sizes = KernelArgument.ints(
            kernelIntegers(lines: lines, channelsPerItem: channelsPerItem, segment: segment))
        let samples = KernelArgument.samples(of: arguments.inputs[0].description)
        let partial = KernelArgument.buffer(try arguments.scratch())
        let (pooledHeight, channelGroups) = (pooledHeight, outputChannels.dividedUp(by: channelsPerItem))
        return LaunchSequence([
            try launch(
                "pooled_filter_gradient", backend,
                [arguments.input(0), arguments.input(1), arguments.input(2), partial, sizes, samples],
                LaunchGrid(local: [1, 1, 1]) { count in
                    [((isBatched ? count : 1) * pooledHeight).dividedUp(by: lines), channelGroups, 1]
                }, arguments.label),
            try launch(
                "finish_filter_gradient", backend, [partial, arguments.output(0), sizes, samples],
                .linear(arguments.outputs[0].description.shape.count, batched: false, local: 16), arguments.label),
        ])
    }
}

// MARK: By the input

extension PooledGradient {
    private var packedByteCount: Int { (packedCount * 4).rounded(upTo: 4096) }

    /// Bytes of the packed filter, and of sums in FP32 where `dx` is stored in fewer bits: the kernel adds to them.
    func inputWorkspaceByteCount(for dx: TensorDescription, capacity: Int) -> Int {
        packedByteCount + (dx.elementType == .float32 ? 0 : 4 * dx.count(samples: capacity))
    }

    /// Launches from (dy, winners, filter) to dx.
    func prepareInput(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let isBatched = arguments.inputs[0].description.isBatched
        // A band begins with lines of the band above, whose windows reach into it: few bands, but enough for every core.
        let lines = max(pooledHeight.dividedUp(by: 4), 1)
        let bands = pooledHeight.dividedUp(by: lines)
        let segment = min(Self.mostGradients / outputChannels, Self.mostPlaces, pooledWidth)
        let sizes = KernelArgument.ints(
            kernelIntegers(lines: lines, channelsPerItem: outputChannels, segment: segment))
        let scratch = try arguments.scratch()
        let packed = KernelArgument.buffer(scratch.part(at: 0, byteCount: packedCount * 4))
        let dx = arguments.outputs[0].description
        let isNarrow = dx.elementType != .float32
        let sums =
            isNarrow
            ? KernelArgument.buffer(
                scratch.part(at: packedByteCount, byteCount: 4 * dx.count(samples: arguments.capacity)))
            : arguments.output(0)
        let narrowing =
            isNarrow ? [try narrow(on: backend, sums, arguments.output(0), dx, label: arguments.label)] : []
        return LaunchSequence(
            [
                try launch(
                    "pack_filter_runs", backend, [arguments.input(2), packed, sizes],
                    .linear(packedCount, batched: false, local: 16), arguments.label),
                try launch(
                    "pooled_input_gradient", backend,
                    [
                        arguments.input(0), arguments.input(1), packed, sums, sizes,
                        .int(geometry.window.dilationHeight), .samples(of: arguments.inputs[0].description),
                    ],
                    LaunchGrid(local: [1, 1, 1]) { count in [bands, isBatched ? count : 1, 1] }, arguments.label),
            ] + narrowing)
    }
}
