import CSIMD

/// A 3×3 convolution of stride 1 by Winograd's F(2×2, 3×3): fewer than half of the products, where there are channels enough
/// to pay for the transforms. Its rounding error is about twice that of plain sums.
///
/// Tiles are worked on in blocks that stay in the second-level cache from the input's transform to the output, pooled or
/// not: nothing transformed is ever written to memory.
struct WinogradProduct {
    /// What is read.
    let window: SlidingWindow
    /// The filter's nine taps.
    let filter: PackedFilter
    /// What is added to each column, or nil.
    let bias: UnsafePointer<Float>?
    /// What is applied at the end.
    let activation: simd_activation
    /// Whether the largest of each 2 × 2 places is kept; `window.rows` and `window.columns` are then even.
    let isPooled: Bool

    private static let elements = 16

    /// Whether this is a convolution that gains.
    static func pays(_ window: SlidingWindow, _ filter: PackedFilter) -> Bool {
        let isThreeByThree =
            window.taps.count == 9
            && window.taps.enumerated().allSatisfy { index, tap in
                tap.row == window.taps[0].row + index / 3 && tap.column == window.taps[0].column + index % 3
            }
        return isThreeByThree && filter.groups == 1 && window.strideRow == 1 && window.strideColumn == 1
            && filter.channels >= 16 && filter.columns >= 16
            // The transformed filter stays in the second-level cache.
            && filter.channels * filter.columns <= 8192
    }

    /// Floats of the packed filter: transformed, and as it is.
    var packedCount: Int { transformedCount + filter.count }

    private var transformedCount: Int { filter.panels * panelCount }
    private var panelCount: Int { Self.elements * filter.channels * filter.panelWidth }

    private var tileRows: Int { (window.rows + 1) / 2 }
    private var tileColumns: Int { (window.columns + 1) / 2 }
    private var blockTiles: Int {
        let most = max(12, 576 / filter.channels)
        let blocks = max(1, (tileColumns + most - 1) / most)
        return (tileColumns + blocks - 1) / blocks
    }
    private var transformedTiles: Int { (Self.elements * blockTiles * filter.channels + 15) / 16 * 16 }
    private var productTiles: Int { Self.elements * blockTiles * filter.panelWidth }

    /// Lines and columns of pixels under all tiles: one more than the window's own, if an extent is odd.
    private var lines: PixelLines {
        let first = window.taps.first?.column ?? 0
        return PixelLines(
            height: window.lines.height, width: window.lines.width, channels: window.lines.channels,
            columns: first...(first + 2 * tileColumns + 1))
    }

    /// Floats of scratch memory that a worker needs.
    var scratchCount: Int { transformedTiles + productTiles + lines.scratchCount(lines: 4) }

    /// Packs and transforms a filter.
    func pack(_ source: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, on backend: CPUBackend) {
        let taps = packed + transformedCount
        filter.pack(source, into: taps, on: backend)
        backend.parallelFor(filter.panels) { panel, _ in
            backend.kernels.winogradFilter(
                taps + panel * filter.panelCount, filter.channels * filter.panelWidth, packed + panel * panelCount)
        }
    }

    /// Computes `count` images.
    func run(
        on backend: CPUBackend, source: UnsafePointer<Float>, packed: UnsafePointer<Float>,
        output: SlidingProduct.Output, winners: UnsafeMutablePointer<UInt8>?, count: Int
    ) {
        let lines = lines
        let imageCount = lines.height * lines.width * lines.channels
        let first = window.taps[0]
        backend.parallelFor(count * tileRows) { index, worker in
            let (image, tileRow) = index.quotientAndRemainder(dividingBy: tileRows)
            let scratch = backend.scratch(of: worker)
            let (start, stride) = lines.lines(
                of: source + image * imageCount, from: 2 * tileRow + first.row, count: 4,
                scratch: scratch + transformedTiles + productTiles)
            for tile in Swift.stride(from: 0, to: tileColumns, by: blockTiles) {
                let tiles = min(blockTiles, tileColumns - tile)
                backend.kernels.winogradInput(
                    start + (2 * tile + first.column) * lines.channels, stride, lines.channels, tiles, scratch,
                    tiles * lines.channels)
                let offset =
                    image * output.imageStride + (isPooled ? 1 : 2)
                    * (tileRow * output.rowStride + tile * output.columnStride)
                multiply(
                    on: backend, transformed: scratch, tiles: tiles, packed: packed,
                    products: scratch + transformedTiles, output: output.start + offset,
                    winners: winners.map { $0 + offset }, layout: output, rows: window.rows - 2 * tileRow,
                    columns: window.columns - 2 * tile)
            }
        }
    }

    private func multiply(
        on backend: CPUBackend, transformed: UnsafePointer<Float>, tiles: Int, packed: UnsafePointer<Float>,
        products: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>,
        winners: UnsafeMutablePointer<UInt8>?, layout: SlidingProduct.Output, rows: Int, columns: Int
    ) {
        let channels = filter.channels
        let elementStride = tiles * filter.panelWidth
        for panel in 0..<filter.panels {
            for element in 0..<Self.elements {
                withUnsafePointer(to: transformed + element * tiles * channels) { run in
                    var product = simd_product(
                        runs: run, runCount: 1, runLength: channels, rowStride: channels,
                        b: packed + (panel * panelCount + element * channels * filter.panelWidth),
                        bStride: filter.panelWidth, output: products + element * elementStride,
                        outputStride: filter.panelWidth, columns: filter.panelWidth, bias: nil, accumulates: false,
                        activation: simd_identity)
                    backend.kernels.multiply(&product, tiles)
                }
            }
            let first = panel * filter.panelWidth
            var back = simd_winograd(
                products: products, elementStride: elementStride,
                channels: min(filter.panelWidth, filter.columns - first), bias: bias.map { $0 + first },
                activation: activation)
            if isPooled {
                backend.kernels.winogradOutputPooled(
                    &back, tiles, output + first, winners.map { $0 + first }, layout.columnStride)
            } else {
                backend.kernels.winogradOutput(
                    &back, tiles, output + first, layout.rowStride, layout.columnStride, rows, columns)
            }
        }
    }
}
