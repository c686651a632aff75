import OcellusGraph

extension Correlation {
    /// The fields of `correlation_tiled.cl`'s `Correlation`, in order.
    private var tiledIntegers: [Int] {
        [
            height.input, width.input, inputChannels * groups, height.output, width.output, outputChannels * groups,
            height.grid, width.grid, height.spread, width.spread, height.first, width.first,
            height.window, width.window, height.stride, width.stride,
            height.dilation, width.dilation, height.offset, width.offset, inputChannels, outputChannels,
            filter.first, filter.row, filter.column, filter.channel, filter.output, filter.group,
        ]
    }

    /// The launch that computes it on GPUs, from the filter as it lies in memory or rounded.
    func prepareTiled(
        on backend: OpenCLBackend, x: KernelArgument, filter: TiledFilter, bias: KernelArgument? = nil,
        residual: KernelArgument? = nil, y: KernelArgument, capacity: Int, isBatched: Bool, label: String
    ) throws -> KernelLaunch {
        let (places, groups, columns) = (height.grid * width.grid, groups, outputChannels)
        let tile = backend.tile(rows: places * (isBatched ? capacity : 1), columns: columns)
        return try backend.launch(
            "correlation_tiled", of: backend.tiledSource("window", "columns", "correlation_tiled", tile: tile),
            defines: backend.defines(of: tile) + [
                ("CHANNEL_FOURS", inputChannels.isMultiple(of: 4) ? 1 : 0),
                ("COLUMN_FOURS", columns.isMultiple(of: 4) ? 1 : 0), ("FILTER_ALONG", self.filter.channel == 1 ? 1 : 0),
                ("WHOLE_SLICES", (height.window * width.window * inputChannels).isMultiple(of: 32) ? 1 : 0),
                ("FILTER_IS_NARROW", filter.isNarrow ? 1 : 0), ("FUNCTION", function.kernelNumber),
            ],
            [
                x, filter.values, bias ?? filter.values, residual ?? filter.values, y, .ints(tiledIntegers),
                .int(bias == nil ? 0 : 1),
                .int(residual == nil ? 0 : 1), isBatched ? .count : .int(1),
            ],
            grid: tile.grid(columns: columns) { count in (places * (isBatched ? count : 1), groups) }, label: label)
    }
}

/// A filter as `correlation_tiled.cl` takes it: `[height, width, C / groups, K]`.
struct TiledFilter {
    let values: KernelArgument
    /// Whether it has been rounded to what activations are stored as.
    let isNarrow: Bool
    /// What rounds it in each step.
    let launches: [KernelLaunch]

    /// The filter `arguments.inputs[1]`, which is multiplied with `arguments.inputs[0]`; rounded if the parameters say so.
    ///
    /// One that never changes is rounded now, into memory of its own.
    init(_ arguments: OperationArguments, groups: Int, on backend: OpenCLBackend) throws {
        let filter = arguments.inputs[1]
        guard let rounded = Self.narrowed(arguments.inputs.map(\.description), groups, backend) else {
            (values, isNarrow, launches) = (.buffer(filter.region), false, [])
            return
        }
        let byteCount = rounded.byteCount(samples: 1)
        let region =
            filter.isConstant
            ? BufferRegion(
                try backend.makeBuffer(byteCount: byteCount, label: arguments.label), byteCount: byteCount)
            : try arguments.scratch()
        let launch = try narrow(
            on: backend, .buffer(filter.region), .buffer(region), rounded, label: arguments.label)
        if filter.isConstant { try launch.run(Invocation(count: 1)) }
        (values, isNarrow, launches) = (.buffer(region), true, filter.isConstant ? [] : [launch])
    }

    /// Bytes of scratch memory.
    static func workspaceByteCount(_ inputs: [TensorDescription], groups: Int, on backend: OpenCLBackend) -> Int {
        narrowed(inputs, groups, backend)?.byteCount(samples: 1) ?? 0
    }

    /// The rounded filter; nil where it is taken as it is. The kernel wants its output channels in fours.
    private static func narrowed(
        _ inputs: [TensorDescription], _ groups: Int, _ backend: OpenCLBackend
    ) -> TensorDescription? {
        let (shape, type) = (inputs[1].shape, inputs[0].elementType)
        guard backend.takesNarrowFactors, backend.parameters.narrowsFilter == true,
            (shape[3] / groups).isMultiple(of: 4), type == backend.precision.storage
        else { return nil }
        return TensorDescription(shape, batched: false, type)
    }
}
