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

    /// The launch that computes it on GPUs, from the filter as it lies in memory.
    func prepareTiled(
        on backend: OpenCLBackend, x: KernelArgument, filter: KernelArgument, bias: KernelArgument? = nil,
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
                ("FUNCTION", function.kernelNumber),
            ],
            [
                x, filter, bias ?? filter, residual ?? filter, y, .ints(tiledIntegers), .int(bias == nil ? 0 : 1),
                .int(residual == nil ? 0 : 1), isBatched ? .count : .int(1),
            ],
            grid: tile.grid(columns: columns) { count in (places * (isBatched ? count : 1), groups) }, label: label)
    }
}
