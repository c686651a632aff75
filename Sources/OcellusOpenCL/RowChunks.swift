import OcellusGraph

/// How sums over the rows of `[rows, channels]` fall into chunks, for `row_chunks.cl`: fixed by the shape, the plan's capacity
/// and the family of kernels, so that the order of additions never depends on the samples present.
struct RowChunks {
    /// Rows of one sample, or of the tensor when it is not batched.
    let rowsPerSample: Int
    let channels: Int
    let rowsPerChunk: Int
    /// Chunks at full capacity.
    let count: Int
    /// What the program is compiled with.
    let defines: [(String, Int)]
    private let isBatched: Bool
    private let groups: Int
    private let local: SIMD3<Int>

    /// Chunks for sums over all but the last dimension of `tensor`.
    init(_ tensor: TensorDescription, capacity: Int, on backend: OpenCLBackend) {
        channels = tensor.shape[-1]
        rowsPerSample = tensor.shape.dimensions.dropLast().reduce(1, *)
        isBatched = tensor.isBatched
        let rows = rowsPerSample * (isBatched ? capacity : 1)
        let width = backend.elementwiseWidth
        let items = channels.dividedUp(by: width)
        if backend.kernelFamily == .wide {
            // A work-item is a core's: enough chunks for the cores.
            groups = items
            local = [1, 1, 1]
            rowsPerChunk = max(rows.dividedUp(by: 128), 32)
        } else {
            // Groups of 256, as many as a large GPU has room for at once, with 64 registers an item: some more would be a round more.
            // A work-item sums some rows for each sum over lanes.
            let columns = min(items, 16)
            let lanes = 256 / (1 << (columns - 1).bitWidthNeeded)
            groups = items.dividedUp(by: columns)
            local = [columns, lanes, 1]
            rowsPerChunk = max(rows.dividedUp(by: max(512 / groups, 8)), 8 * lanes)
        }
        count = rows.dividedUp(by: rowsPerChunk)
        defines = [
            ("VEC", width), ("ALIGNED", width == 4 && channels.isMultiple(of: 4) ? 1 : 0), ("ITEMS", local.x),
            ("LANES", local.y),
        ]
    }

    /// Bytes of one partial sum a chunk and channel.
    var partialByteCount: Int { count * channels * MemoryLayout<Float>.size }

    /// The kernels' arguments `rows`, `channels`, `rows_a_chunk`.
    var kernelArguments: [KernelArgument] {
        [isBatched ? .elements(perSample: rowsPerSample) : .ulong(rowsPerSample), .int(channels), .int(rowsPerChunk)]
    }

    /// Work-groups for each chunk that has rows.
    var grid: LaunchGrid {
        let (isBatched, rowsPerSample, rowsPerChunk, groups) = (isBatched, rowsPerSample, rowsPerChunk, groups)
        return LaunchGrid(local: local) { samples in
            [groups, (rowsPerSample * (isBatched ? samples : 1)).dividedUp(by: rowsPerChunk), 1]
        }
    }

    /// Work-groups for the sums over chunks.
    var channelGrid: LaunchGrid {
        let groups = groups
        return LaunchGrid(local: local) { _ in [groups, 1, 1] }
    }
}

extension Int {
    /// The bits that a number from 0 up takes.
    fileprivate var bitWidthNeeded: Int { Int.bitWidth - leadingZeroBitCount }
}
