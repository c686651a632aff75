import CSIMD
import OcellusGraph

/// The filter gradient behind a pooling as plain products, of a gradient that is put back where the pooling took it from, a
/// few pixels at a time: where a run of the input is so short that a winner's own product would leave most of a vector
/// empty, four times the work is less time. The kernel rows of an RGB picture are such runs.
struct UnpooledFilterGradient: PooledFilterGradientAlgorithm {
    /// Laid out as the filter.
    let sum: ChunkedSum
    private let window: SlidingWindow
    private let runs: [SlidingWindow.Tap]
    private let runLength: Int
    private let outputChannels, pooledColumns: Int
    /// Pooled pixels that are put back together: their gradients, four times as many, take half of a first-level cache.
    private let blockPixels: Int

    let strips: Int
    var name: String { "unpooled" }

    /// Nil where winners by themselves are faster.
    init?(
        _ operation: PooledConvolutionFilterGradient, input: Shape, samples: Int, on backend: CPUBackend
    ) throws {
        window = try operation.window.geometry(over: input).slidingWindowForPooling(channels: input[2])
        outputChannels = operation.outputChannels
        (runs, runLength) = window.runs(channels: input[2], groups: operation.groups)
        guard operation.groups == 1, runLength < backend.kernels.vectorWidth,
            outputChannels % backend.kernels.vectorWidth == 0
        else { return nil }
        strips = window.rows / 2
        pooledColumns = window.columns / 2
        let blocks = max(1, (pooledColumns * outputChannels + 1279) / 1280)
        blockPixels = max(1, (pooledColumns + blocks - 1) / blocks)
        sum = ChunkedSum(
            count: operation.window.count * input[2] * outputChannels, units: samples * strips, chunks: 16)
    }

    private var unpooledCount: Int { 4 * blockPixels * outputChannels }
    var scratchCount: Int { unpooledCount + window.scratchCount(bandRows: 2) }

    func add(
        _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ winners: UnsafePointer<UInt8>, unit: Int,
        to part: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let (sample, row) = unit.quotientAndRemainder(dividingBy: strips)
        let kernels = backend.kernels
        let channels = window.lines.channels
        let needed = window.sourceLines(for: 2 * row..<2 * row + 2)
        let lines = window.lines.lines(
            of: x + sample * window.lines.height * window.lines.width * channels, from: needed.first,
            count: needed.count, scratch: scratch + unpooledCount)
        let pixelStride = window.strideColumn * channels
        for first in stride(from: 0, to: pooledColumns, by: blockPixels) {
            let pixels = min(blockPixels, pooledColumns - first)
            let start = (unit * pooledColumns + first) * outputChannels
            let lineCount = 2 * pixels * outputChannels
            kernels.unpool(gradient + start, winners + start, pixels, outputChannels, scratch, lineCount)
            for line in 0..<2 {
                for (number, run) in runs.enumerated() {
                    let source = (2 * row + line) * window.strideRow + run.row - needed.first
                    kernels.multiplyTransposed(
                        lines.start + (source * lines.stride + run.column * channels + 2 * first * pixelStride),
                        pixelStride, scratch + line * lineCount, outputChannels, 2 * pixels,
                        part + number * runLength * outputChannels, outputChannels, runLength, outputChannels, true)
                }
            }
        }
    }

    func finish(_ sum: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, on backend: CPUBackend) {
        result.update(from: sum, count: self.sum.count)
    }
}
