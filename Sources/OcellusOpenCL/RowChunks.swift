import OcellusGraph

/// How sums over the rows of `[rows, channels]` fall into chunks: fixed by the shape and the plan's capacity, so that the
/// order of additions never depends on the device or on the samples present.
struct RowChunks {
    /// Rows of one sample, or of the tensor when it is not batched.
    let rowsPerSample: Int
    let channels: Int
    let rowsPerChunk: Int
    /// Chunks at full capacity.
    let count: Int
    private let isBatched: Bool

    /// Chunks for sums over all but the last dimension of `tensor`.
    init(_ tensor: TensorDescription, capacity: Int) {
        channels = tensor.shape[-1]
        rowsPerSample = tensor.shape.dimensions.dropLast().reduce(1, *)
        isBatched = tensor.isBatched
        let rows = rowsPerSample * (isBatched ? capacity : 1)
        rowsPerChunk = max(rows.dividedUp(by: 128), 32)
        count = rows.dividedUp(by: rowsPerChunk)
    }

    /// Bytes of one partial sum a chunk and channel.
    var partialByteCount: Int { count * channels * MemoryLayout<Float>.size }

    /// The kernels' arguments `rows`, `channels`, `rows_a_chunk`.
    var kernelArguments: [KernelArgument] {
        [isBatched ? .elements(perSample: rowsPerSample) : .ulong(rowsPerSample), .int(channels), .int(rowsPerChunk)]
    }

    /// A work-item for each `width` channels of each chunk that has rows.
    func grid(width: Int) -> LaunchGrid {
        let (isBatched, rowsPerSample, rowsPerChunk) = (isBatched, rowsPerSample, rowsPerChunk)
        let (groups, local) = channelGroups(width)
        return LaunchGrid(local: [local, 1, 1]) { samples in
            [groups, (rowsPerSample * (isBatched ? samples : 1)).dividedUp(by: rowsPerChunk), 1]
        }
    }

    /// A work-item for each `width` channels.
    func channelGrid(width: Int) -> LaunchGrid {
        let (groups, local) = channelGroups(width)
        return LaunchGrid(local: [local, 1, 1]) { _ in [groups, 1, 1] }
    }

    private func channelGroups(_ width: Int) -> (groups: Int, local: Int) {
        let items = channels.dividedUp(by: width)
        let local = width >= 16 ? 1 : min(items, 16)
        return (items.dividedUp(by: local), local)
    }
}
