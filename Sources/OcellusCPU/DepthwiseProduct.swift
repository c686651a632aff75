import CSIMD

/// Convolution of each channel by itself: a sliding window whose pixels are multiplied with a filter `[tap][channel]`.
struct DepthwiseProduct {
    /// What is read.
    let window: SlidingWindow
    /// Where each tap lies in the filter.
    let tapOffsets: [Int]
    /// What is added to each channel, or nil.
    let bias: UnsafePointer<Float>?
    /// What is applied at the end.
    let activation: simd_activation

    private var bandRows: Int { window.bandRows() }
    // An address takes two floats.
    private var pointerCount: Int { (window.taps.count * 2 + 15) / 16 * 16 }

    /// Floats of the packed filter.
    var packedCount: Int { tapOffsets.count * window.lines.channels }

    /// Floats of scratch memory that a worker needs.
    var scratchCount: Int { pointerCount + window.scratchCount(bandRows: bandRows) }

    /// Lays the filter's taps out in the window's order.
    func pack(_ filter: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
        let channels = window.lines.channels
        for (tap, offset) in tapOffsets.enumerated() {
            (packed + tap * channels).update(from: filter + offset, count: channels)
        }
    }

    /// Computes `count` images.
    func run(
        on backend: CPUBackend, source: UnsafePointer<Float>, packed: UnsafePointer<Float>,
        output: SlidingProduct.Output, count: Int
    ) {
        let channels = window.lines.channels
        let bandRows = min(bandRows, max(1, window.rows * count / (4 * backend.threads)))
        let bands = (window.rows + bandRows - 1) / bandRows
        backend.parallelFor(count * bands) { index, worker in
            let (image, band) = index.quotientAndRemainder(dividingBy: bands)
            let rows = band * bandRows..<min((band + 1) * bandRows, window.rows)
            let scratch = backend.scratch(of: worker)
            let addresses = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UnsafePointer<Float>.self)
            let needed = window.sourceLines(for: rows)
            let (start, lineStride) = window.lines.lines(
                of: source + image * window.lines.height * window.lines.width * channels, from: needed.first,
                count: needed.count, scratch: scratch + pointerCount)
            for row in rows {
                for (number, tap) in window.taps.enumerated() {
                    let line = row * window.strideRow + tap.row - needed.first
                    addresses[number] = start + (line * lineStride + tap.column * channels)
                }
                backend.kernels.depthwise(
                    addresses, window.taps.count, window.strideColumn * channels, packed, channels, bias, activation,
                    output.start + (image * output.imageStride + row * output.rowStride), output.columnStride,
                    channels, window.columns)
            }
        }
    }
}
