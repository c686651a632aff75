import OcellusGraph

/// A sum over a window's elements, as `correlation_wide.cl` and `correlation_tiled.cl` compute it: a convolution, or one phase
/// of its gradient by the input.
struct Correlation {
    /// One direction, height or width.
    struct Axis {
        var input: Int
        var output: Int
        /// Places that are computed, and where they lie in the output: `first + place · spread`.
        var grid: Int
        var spread: Int
        var first: Int
        /// Input index of element i at a place: `place · stride + i · dilation + offset`.
        var window: Int
        var stride: Int
        var dilation: Int
        var offset: Int

        /// Whether every element lies inside of the input at every place.
        var isInside: Bool {
            window == 0 || grid == 0
                || offset >= 0 && (grid - 1) * stride + (window - 1) * dilation + offset < input
        }
    }

    /// Where element (i, j, c, k, group) of the filter lies.
    struct FilterLayout {
        var first, row, column, channel, output, group: Int
    }

    var height: Axis
    var width: Axis
    /// Channels of one group.
    var inputChannels: Int
    var outputChannels: Int
    var groups: Int
    var filter: FilterLayout
    var hasBias = false
    var function = ActivationFunction.identity

    private func blocks(_ shape: WideShape) -> Int { outputChannels.dividedUp(by: shape.columns) }

    /// Whether a whole row of the window is one run in memory, with nothing outside of the input.
    private var takesWholeRows: Bool { groups == 1 && width.dilation == 1 && width.isInside }

    private var run: Int { takesWholeRows ? inputChannels * width.window : inputChannels }

    private func packedRows(_ shape: WideShape) -> Int {
        groups * blocks(shape) * height.window * width.window * inputChannels + run.dividedUp(by: shape.columns)
    }

    /// Bytes of the packed filter, with the zeros that stand for what lies outside.
    func packedByteCount(on backend: OpenCLBackend) -> Int {
        let shape = shape(backend)
        return packedRows(shape) * shape.columns * MemoryLayout<Float>.size
    }

    /// What stays in registers.
    func shape(_ backend: OpenCLBackend) -> WideShape { backend.wideShape(columns: outputChannels) }

    /// The fields of the kernels' `Correlation`, in order.
    func kernelIntegers(_ shape: WideShape, pixelsPerItem: Int) -> [Int] {
        [
            height.input, width.input, inputChannels * groups, height.output, width.output, outputChannels * groups,
            height.grid, width.grid, height.spread, width.spread, height.first, width.first,
            height.window, width.window, height.stride, width.stride,
            height.dilation, width.dilation, height.offset, width.offset,
            inputChannels, outputChannels, blocks(shape), groups,
            run, takesWholeRows ? min(width.window, 1) : width.window,
            hasBias ? 1 : 0, function.kernelNumber, pixelsPerItem,
            filter.first, filter.row, filter.column, filter.channel, filter.output, filter.group,
        ]
    }

    /// Launches that pack the filter and compute.
    func prepare(
        on backend: OpenCLBackend, x: KernelArgument, filter: Operand, bias: KernelArgument?,
        residual: KernelArgument? = nil, y: KernelArgument, scratch: BufferRegion, isBatched: Bool, label: String
    ) throws -> [KernelLaunch] {
        let pixelsPerItem = placesPerItem(backend).rounded(upTo: shape(backend).rows)
        return try prepare(
            on: backend, "correlation_wide", of: .files("window", "wide", "correlation_wide"), filter: filter,
            scratch: scratch, placesPerItem: pixelsPerItem, isBatched: isBatched, label: label
        ) { packed, sizes in
            [
                x, packed, bias ?? packed, residual ?? packed, y, sizes, .int(residual == nil ? 0 : 1),
                isBatched ? .count : .int(1),
            ]
        }
    }

    /// The same for a convolution under a 2×2 max-pooling; the grid is that of the pooled places.
    func preparePooled(
        on backend: OpenCLBackend, x: KernelArgument, filter: Operand, bias: KernelArgument?,
        y: KernelArgument, winners: KernelArgument?, scratch: BufferRegion, isBatched: Bool, label: String
    ) throws -> [KernelLaunch] {
        let source = try KernelSource.files("window", "wide", "correlation_wide", "pooled_convolution_wide")
        return try prepare(
            on: backend, "pooled_convolution_wide", of: source, filter: filter, scratch: scratch,
            placesPerItem: placesPerItem(backend).rounded(upTo: shape(backend).rows) / 2, isBatched: isBatched,
            label: label
        ) { packed, sizes in
            [
                x, packed, bias ?? packed, y, winners ?? y, sizes, .int(winners == nil ? 0 : 1),
                isBatched ? .count : .int(1),
            ]
        }
    }

    /// Long enough that a group's start does not count, short enough that a batch of one keeps every core busy.
    private func placesPerItem(_ backend: OpenCLBackend) -> Int {
        backend.parameters.work ?? min(max(height.grid * width.grid / 32, 24), 240)
    }

    /// Launches of the packing and of `entry`. A filter that never changes is packed now, into memory of its own.
    private func prepare(
        on backend: OpenCLBackend, _ entry: String, of source: KernelSource, filter: Operand, scratch: BufferRegion,
        placesPerItem: Int, isBatched: Bool, label: String,
        arguments: (_ packed: KernelArgument, _ sizes: KernelArgument) -> [KernelArgument]
    ) throws -> [KernelLaunch] {
        let shape = shape(backend)
        let packedByteCount = packedByteCount(on: backend)
        let sizes = KernelArgument.ints(kernelIntegers(shape, pixelsPerItem: placesPerItem))
        let (columnGroups, places) = (groups * blocks(shape), height.grid * width.grid)
        let packed =
            filter.isConstant
            ? BufferRegion(
                try backend.makeBuffer(byteCount: packedByteCount, label: label), byteCount: packedByteCount)
            : scratch
        let packing = try backend.launch(
            "pack_filter", of: source, defines: shape.defines,
            [.buffer(filter.region), .buffer(packed), sizes],
            grid: .linear(packedRows(shape), batched: false, local: 16), label: label)
        let computing = try backend.launch(
            entry, of: source, defines: shape.defines, arguments(.buffer(packed), sizes),
            grid: LaunchGrid(local: [1, 1, 1]) { count in
                [columnGroups, ((isBatched ? count : 1) * places).dividedUp(by: placesPerItem), 1]
            }, label: label)
        guard filter.isConstant else { return [packing, computing] }
        try packing.run(Invocation(count: 1))
        return [computing]
    }
}

extension Correlation {
    /// A convolution of `input` `[H, W, C]` with `filter` `[kernelHeight, kernelWidth, C / groups, K]`.
    init(
        _ geometry: WindowGeometry, filter: Shape, groups: Int, hasBias: Bool, function: ActivationFunction
    ) {
        let window = geometry.window
        let (channels, outputs) = (filter[2], filter[3])
        self.init(
            height: Axis(
                input: geometry.inputHeight, output: geometry.outputHeight, grid: geometry.outputHeight, spread: 1,
                first: 0, window: window.height, stride: window.strideHeight, dilation: window.dilationHeight,
                offset: -geometry.padTop),
            width: Axis(
                input: geometry.inputWidth, output: geometry.outputWidth, grid: geometry.outputWidth, spread: 1,
                first: 0, window: window.width, stride: window.strideWidth, dilation: window.dilationWidth,
                offset: -geometry.padLeft),
            inputChannels: channels, outputChannels: outputs / groups, groups: groups,
            filter: FilterLayout(
                first: 0, row: window.width * channels * outputs, column: channels * outputs, channel: outputs,
                output: 1, group: outputs / groups),
            hasBias: hasBias, function: function)
    }

    /// The same, for the kernel that pools its output 2×2: the grid is that of the pooled places.
    var pooled: Correlation {
        var result = self
        result.height.grid /= 2
        result.width.grid /= 2
        return result
    }

    /// The gradient of that convolution by its input, one correlation of dy for each phase of the stride: input places
    /// that are `stride` apart see the same elements of the filter, in falling order.
    static func inputGradient(_ geometry: WindowGeometry, filter: Shape, groups: Int) -> [Correlation] {
        let window = geometry.window
        let (channels, outputs) = (filter[2], filter[3])
        let rows = Phase.all(
            input: geometry.inputHeight, output: geometry.outputHeight, window: window.height,
            stride: window.strideHeight, dilation: window.dilationHeight, pad: geometry.padTop)
        let columns = Phase.all(
            input: geometry.inputWidth, output: geometry.outputWidth, window: window.width,
            stride: window.strideWidth, dilation: window.dilationWidth, pad: geometry.padLeft)
        return rows.flatMap { row in
            columns.map { column in
                let rowStride = window.width * channels * outputs
                let columnStride = channels * outputs
                return Correlation(
                    height: row.axis, width: column.axis, inputChannels: outputs / groups, outputChannels: channels,
                    groups: groups,
                    filter: FilterLayout(
                        first: row.lastElement * rowStride + column.lastElement * columnStride,
                        row: -row.elementStep * rowStride, column: -column.elementStep * columnStride, channel: 1,
                        output: outputs, group: outputs / groups))
            }
        }
    }

    /// Input places `phase + t · stride` of one direction, and the filter's elements that reach them.
    private struct Phase {
        var axis: Axis
        /// The filter's element that the correlation's element 0 is, and how far apart its elements are.
        var lastElement: Int
        var elementStep: Int

        static func all(input: Int, output: Int, window: Int, stride: Int, dilation: Int, pad: Int) -> [Phase] {
            (0..<min(stride, input)).map { phase in
                // Element i takes place h = phase + t · stride to row (phase + pad − i · dilation) / stride + t of dy.
                let elements = (0..<window).filter { (phase + pad - $0 * dilation) % stride == 0 }
                let last = elements.last ?? 0
                let step = elements.count > 1 ? elements[1] - elements[0] : 1
                return Phase(
                    axis: Axis(
                        input: output, output: input, grid: (input - phase).dividedUp(by: stride), spread: stride,
                        first: phase, window: elements.count, stride: 1,
                        dilation: elements.count > 1 ? step * dilation / stride : 1,
                        offset: elements.isEmpty ? 0 : (phase + pad - last * dilation) / stride),
                    lastElement: last, elementStep: step)
            }
        }
    }
}
