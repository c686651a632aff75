import CSIMD
import OcellusGraph

/// The filter gradient as a sum over what is not zero: each winner adds its gradient times the input patch that it saw to
/// its channel's filter. Winners are first listed by channel, so that a channel's filter stays in registers.
struct SparseFilterGradient: PooledFilterGradientAlgorithm {
    /// Laid out `[output channel][tap][input channel]`.
    let sum: ChunkedSum
    let strips: Int
    private let window: SlidingWindow
    private let runs: [SlidingWindow.Tap]
    private let runLength: Int
    private let outputChannels, groups: Int
    private let pooledRows, pooledColumns: Int
    private let stripRows: Int

    init(_ operation: PooledConvolutionFilterGradient, input: Shape, samples: Int) throws {
        window = try operation.window.geometry(over: input).slidingWindowForPooling(channels: input[2])
        groups = operation.groups
        outputChannels = operation.outputChannels
        (runs, runLength) = window.runs(channels: input[2] / groups, groups: groups)
        pooledRows = window.rows / 2
        pooledColumns = window.columns / 2
        // Lists of some length, of pixels that still fit the first-level cache.
        stripRows = min(max(1, 64 / max(pooledColumns, 1)), max(pooledRows, 1))
        strips = (pooledRows + stripRows - 1) / stripRows
        sum = ChunkedSum(
            count: operation.window.count * (input[2] / groups) * outputChannels, units: samples * strips, chunks: 16)
    }

    var name: String { "sparse" }

    private var listCapacity: Int { stripRows * pooledColumns }
    // Entries, two floats each; their counts; four offsets of places. Addresses take two floats.
    private var listCount: Int { outputChannels * (2 * listCapacity + 1) + 4 }
    private var headCount: Int { (2 * runs.count + listCount + 15) / 16 * 16 }

    var scratchCount: Int { headCount + window.scratchCount(bandRows: 2 * stripRows) }

    func add(
        _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ winners: UnsafePointer<UInt8>, unit: Int,
        to part: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let (sample, strip) = unit.quotientAndRemainder(dividingBy: strips)
        let rows = strip * stripRows..<min((strip + 1) * stripRows, pooledRows)
        let channels = window.lines.channels
        let needed = window.sourceLines(for: 2 * rows.lowerBound..<2 * rows.upperBound)
        let lines = window.lines.lines(
            of: x + sample * window.lines.height * window.lines.width * channels, from: needed.first,
            count: needed.count, scratch: scratch + headCount)

        let addresses = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UnsafePointer<Float>.self)
        let entries = UnsafeMutableRawPointer(addresses + runs.count).assumingMemoryBound(to: simd_entry.self)
        let counts = UnsafeMutableRawPointer(entries + outputChannels * listCapacity)
            .assumingMemoryBound(to: Int32.self)
        let placeOffsets = counts + outputChannels
        for place in 0..<4 {
            placeOffsets[place] = Int32(
                place / 2 * window.strideRow * lines.stride + place % 2 * window.strideColumn * channels)
        }
        counts.update(repeating: 0, count: outputChannels)
        for row in rows {
            let first = (sample * pooledRows + row) * pooledColumns * outputChannels
            backend.kernels.listByChannel(
                gradient + first, winners + first, outputChannels, pooledColumns, outputChannels,
                Int32((row - rows.lowerBound) * 2 * window.strideRow * lines.stride),
                Int32(2 * window.strideColumn * channels), placeOffsets, entries, listCapacity, counts)
        }
        for (number, run) in runs.enumerated() {
            let line = 2 * rows.lowerBound * window.strideRow + run.row - needed.first
            addresses[number] = lines.start + (line * lines.stride + run.column * channels)
        }
        addLists(addresses, entries, counts, to: part, on: backend)
    }

    func finish(_ sum: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, on backend: CPUBackend) {
        // From a row for each output channel to the filter's layout.
        let rows = self.sum.count / outputChannels
        backend.kernels.transpose(sum, rows, outputChannels, rows, result, outputChannels)
    }

    private func addLists(
        _ addresses: UnsafeMutablePointer<UnsafePointer<Float>>, _ entries: UnsafePointer<simd_entry>,
        _ counts: UnsafePointer<Int32>, to part: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let filterCount = runs.count * runLength
        // Short runs together; long ones one by one, so that the lines that a run reads stay in the first-level cache.
        let runsAtOnce = runLength <= 16 ? runs.count : 1
        for group in 0..<groups {
            let groupOutputs = outputChannels / groups
            for run in stride(from: 0, to: runs.count, by: runsAtOnce) {
                for channel in group * groupOutputs..<(group + 1) * groupOutputs {
                    backend.kernels.accumulateScaled(
                        addresses + run, runsAtOnce, entries + channel * listCapacity, Int(counts[channel]),
                        part + (channel * filterCount + run * runLength), runLength)
                }
            }
            for run in 0..<runs.count { addresses[run] += window.lines.channels / groups }
        }
    }
}
