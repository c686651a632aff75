import OcellusGraph

/// A product of two matrices of any strides, as `matrix_tiled.cl` and `matrix_wide.cl` compute it.
///
/// When the product is small and the inner index long (a dense layer over a flattened picture), the inner index falls into
/// chunks whose partial products a second pass adds. Chunks depend on shapes and capacity alone.
struct MatrixProduct {
    /// An extent that is fixed, or the samples present.
    enum Extent {
        case fixed(Int)
        case samples

        func value(capacity: Int) -> Int {
            switch self {
            case .fixed(let value): value
            case .samples: capacity
            }
        }

        var isSamples: Bool { if case .samples = self { true } else { false } }
    }

    var rows: Extent
    var columns: Int
    var inner: Extent
    /// Elements from one row of the left factor to the next, and from one inner index to the next.
    var leftStrides: (row: Int, inner: Int)
    /// The same for the right factor.
    var rightStrides: (inner: Int, column: Int)
    /// Elements from one sample's factors to the next's, when each sample has its own product.
    var batchStrides: (left: Int, right: Int)?
    var function = ActivationFunction.identity

    /// Bytes of partial products at `capacity` samples; 0 when one chunk does.
    func workspaceByteCount(on backend: OpenCLBackend, for product: TensorDescription, capacity: Int) -> Int {
        let chunks = chunks(backend, capacity)
        guard !isWhole(chunks.count, product, on: backend) else { return 0 }
        let products = batchStrides == nil ? chunks.count : capacity
        return products * rows.value(capacity: capacity) * columns * MemoryLayout<Float>.size
    }

    /// Whether the product is stored where it is computed. CPUs' kernel adds to floats in memory.
    private func isWhole(_ chunks: Int, _ product: TensorDescription, on backend: OpenCLBackend) -> Bool {
        chunks == 1 && (backend.kernelFamily == .tiled || product.elementType == .float32)
    }

    /// Launches of the product, and of the sum of its chunks if there are several.
    func prepare(
        on backend: OpenCLBackend, left: KernelArgument, right: KernelArgument, bias: KernelArgument?,
        product: KernelArgument, _ arguments: OperationArguments
    ) throws -> any PreparedStep {
        let chunks = chunks(backend, arguments.capacity)
        let isWhole = isWhole(chunks.count, arguments.outputs[0].description, on: backend)
        let target = isWhole ? product : .buffer(try arguments.scratch())
        let leading: [KernelArgument] = [
            left, right, bias ?? left, target,
            .ints(kernelIntegers(arguments.capacity, innerPerChunk: chunks.length)),
            .int(rows.isSamples ? 1 : 0), .int(inner.isSamples ? 1 : 0), .int(isWhole && bias != nil ? 1 : 0),
        ]
        let chunkCount = KernelArgument.int(chunks.count)
        let launch =
            switch backend.kernelFamily {
            case .tiled: try tiled(backend, leading + [chunkCount, .count], chunks.count, arguments)
            case .wide:
                try wide(
                    backend, leading + [.int(isWhole ? function.kernelNumber : 0), chunkCount], chunks.count, arguments)
            }
        guard !isWhole else { return launch }
        return LaunchSequence([launch, try sum(backend, target, bias, product, chunks.length, arguments)])
    }

    /// Chunks of the inner index: as many as keep a large device busy, each long enough to be worth a pass.
    private func chunks(_ backend: OpenCLBackend, _ capacity: Int) -> (count: Int, length: Int) {
        let (rows, inner) = (rows.value(capacity: capacity), inner.value(capacity: capacity))
        let wanted = backend.parameters.groups ?? 256
        let tiles =
            switch backend.kernelFamily {
            case .tiled: tile(backend, capacity).count(rows: rows, columns: columns)
            case .wide: rows.dividedUp(by: rowsPerItem(backend)) * columns.dividedUp(by: 16)
            }
        guard batchStrides == nil, tiles < wanted / 2, inner >= 1024 else { return (1, max(inner, 1)) }
        let length = max(inner.dividedUp(by: wanted.dividedUp(by: tiles)), 512).rounded(upTo: 128)
        return (inner.dividedUp(by: length), length)
    }

    /// The fields of the kernels' `Product`, in order.
    private func kernelIntegers(_ capacity: Int, innerPerChunk: Int) -> [Int] {
        [
            rows.value(capacity: capacity), columns, inner.value(capacity: capacity), leftStrides.row,
            leftStrides.inner, rightStrides.inner, rightStrides.column, batchStrides?.left ?? 0,
            batchStrides?.right ?? 0, innerPerChunk,
        ]
    }

    private func tiled(
        _ backend: OpenCLBackend, _ kernelArguments: [KernelArgument], _ chunks: Int, _ arguments: OperationArguments
    ) throws -> KernelLaunch {
        let (rows, columns, isBatched) = (rows, columns, batchStrides != nil)
        let storesProduct = isWhole(chunks, arguments.outputs[0].description, on: backend)
        let tile = tile(backend, arguments.capacity)
        return try backend.launch(
            "matrix_tiled", of: backend.tiledSource("columns", "matrix_tiled", tile: tile),
            defines: [
                ("LEFT_ALONG_INNER", leftStrides.inner == 1 ? 1 : 0),
                ("RIGHT_ALONG_INNER", rightStrides.column == 1 ? 0 : 1),
                ("LEFT_IS_STORED", arguments.isNarrow(input: 0)), ("RIGHT_IS_STORED", arguments.isNarrow(input: 1)),
                ("PRODUCT_STORED", storesProduct ? arguments.isNarrow(output: 0) : 0),
                ("LEFT_FOURS_FIT", foursFit(leftStrides.inner == 1, inner, rows, leftStrides.inner, leftStrides.row)),
                (
                    "RIGHT_FOURS_FIT",
                    foursFit(rightStrides.column != 1, inner, .fixed(columns), rightStrides.inner, rightStrides.column)
                ),
                ("WHOLE_SLICES", hasWholeSlices ? 1 : 0), ("FUNCTION", storesProduct ? function.kernelNumber : 0),
            ] + backend.defines(of: tile), kernelArguments,
            grid: tile.grid(columns: columns) { count in
                (rows.value(capacity: count), isBatched ? count : chunks)
            }, label: arguments.label)
    }

    /// Whether no slice of the inner index is cut short, of the widest that tiles have. Chunks are of whole ones.
    private var hasWholeSlices: Bool { if case .fixed(let inner) = inner { inner.isMultiple(of: 32) } else { false } }

    /// Whether a factor's neighbours, along inner or across, are always there in fours, and aligned: 1 or 0.
    private func foursFit(_ isAlong: Bool, _ inner: Extent, _ outer: Extent, _ innerStride: Int, _ outerStride: Int)
        -> Int
    {
        guard case .fixed(let extent) = isAlong ? inner : outer else { return 0 }
        return extent.isMultiple(of: 4) && (isAlong ? outerStride : innerStride).isMultiple(of: 4) ? 1 : 0
    }

    private func tile(_ backend: OpenCLBackend, _ capacity: Int) -> MatrixTile {
        let rows = rows.value(capacity: capacity)
        // What falls into chunks keeps all units busy.
        let fallsIntoChunks =
            batchStrides == nil && inner.value(capacity: capacity) >= 1024
            && MatrixTile.tall.count(rows: rows, columns: columns) < (backend.parameters.groups ?? 256) / 2
        return backend.tile(rows: rows, columns: columns, fillsDevice: fallsIntoChunks)
    }

    private func rowsPerItem(_ backend: OpenCLBackend) -> Int {
        (backend.parameters.work ?? 96).rounded(upTo: backend.wideShape().rows)
    }

    private func wide(
        _ backend: OpenCLBackend, _ kernelArguments: [KernelArgument], _ chunks: Int, _ arguments: OperationArguments
    ) throws -> KernelLaunch {
        let (rows, columns, isBatched) = (rows, columns, batchStrides != nil)
        let rowsPerItem = rowsPerItem(backend)
        return try backend.launch(
            "matrix_wide", of: .files("wide", "matrix_wide"),
            defines: backend.wideShape().defines + [
                ("LEFT_STORED", arguments.isNarrow(input: 0)), ("RIGHT_STORED", arguments.isNarrow(input: 1)),
            ],
            kernelArguments + [.int(rowsPerItem), .count],
            grid: LaunchGrid(local: [1, 1, 1]) { count in
                [
                    columns.dividedUp(by: 16), rows.value(capacity: count).dividedUp(by: rowsPerItem),
                    isBatched ? count : chunks,
                ]
            }, label: arguments.label)
    }

    private func sum(
        _ backend: OpenCLBackend, _ partial: KernelArgument, _ bias: KernelArgument?, _ product: KernelArgument,
        _ length: Int, _ arguments: OperationArguments
    ) throws -> KernelLaunch {
        func present(_ extent: Extent, times factor: Int) -> KernelArgument {
            switch extent {
            case .fixed(let value): .ulong(value * factor)
            case .samples: .elements(perSample: factor)
            }
        }
        return try sumPartials(
            backend, partial, bias: bias, into: product,
            elements: batchStrides == nil
                ? present(rows, times: columns) : .elements(of: arguments.outputs[0].description),
            tensor: arguments.outputs[0].description, items: present(inner, times: 1), itemsPerChunk: length,
            columns: columns, function: function, label: arguments.label)
    }
}

/// Adds the partial results of chunks of `itemsPerChunk` items each, then bias and activation.
func sumPartials(
    _ backend: OpenCLBackend, _ partial: KernelArgument, bias: KernelArgument? = nil, into result: KernelArgument,
    elements: KernelArgument, tensor: TensorDescription, items: KernelArgument, itemsPerChunk: Int, columns: Int,
    function: ActivationFunction = .identity, label: String
) throws -> KernelLaunch {
    let width = backend.elementwiseWidth
    return try backend.launch(
        "sum_partials", of: .files("common", "sum_partials"), defines: ["VEC": width],
        [
            partial, bias ?? partial, result, elements, elements, items, .int(itemsPerChunk), .int(columns),
            .int(bias == nil ? 0 : 1), .int(function.kernelNumber),
        ],
        grid: .elementwise(tensor, width: width, local: 16), storing: tensor.elementType, label: label)
}
