import CSIMD

/// A 3×3 convolution of stride 1 by Winograd's F(m×m, 3×3): a quarter of the products with m = 4, four ninths with m = 2,
/// where there are channels and tiles enough to pay for the transforms. Its rounding error is larger than that of plain sums,
/// and larger with m = 4 than with m = 2; the convolution tests hold both to a normalised mean square error of 1e-11.
///
/// Tiles are worked on in blocks that stay in the second-level cache from the input's transform to the output, pooled or
/// not: nothing transformed is ever written to memory.
struct WinogradProduct {
    /// The outputs' tiles.
    let tiles: WinogradTiles
    /// The filter's nine taps.
    let filter: PackedFilter
    /// What is added to each column, or nil.
    let bias: UnsafePointer<Float>?
    /// What is applied at the end.
    let activation: simd_activation
    /// Whether the largest of each 2 × 2 places is kept; `window.rows` and `window.columns` are then even.
    let isPooled: Bool

    /// Whether a convolution can be computed so.
    static func applies(to window: SlidingWindow, _ filter: PackedFilter, vectorWidth: Int) -> Bool {
        let isThreeByThree =
            window.taps.count == 9
            && window.taps.enumerated().allSatisfy { index, tap in
                tap.row == window.taps[0].row + index / 3 && tap.column == window.taps[0].column + index % 3
            }
        return isThreeByThree && filter.groups == 1 && window.strideRow == 1 && window.strideColumn == 1
            && filter.channels >= vectorWidth
    }

    /// Floats of the packed filter: transformed, and as it is.
    var packedCount: Int { transformedFilterCount + filter.count }

    private var transformedFilterCount: Int { filter.panels * panelCount }
    private var panelCount: Int { tiles.elements * filter.channels * filter.panelWidth }

    /// The most tiles of a block: their transforms take half of the second-level cache.
    var blockTiles: Int { min(max(HostProcessor.secondLevelCache / 8 / (tiles.elements * filter.channels), 28), 224) }

    // Elements lie a cache line further apart than they need, so that they do not all fall into the same cache sets.
    private func transformedStride(_ count: Int) -> Int { (count * filter.channels + 15) / 16 * 16 + 16 }
    private func productStride(_ count: Int) -> Int { count * filter.panelWidth + 16 }

    /// Floats of scratch memory that a worker needs.
    var scratchCount: Int {
        tiles.elements * (transformedStride(blockTiles) + productStride(blockTiles)) + tiles.input.count
    }

    private func kernels(of backend: CPUBackend) -> simd_winograd_kernels {
        tiles.size == 4 ? backend.kernels.winograd4 : backend.kernels.winograd2
    }

    /// Packs and transforms a filter.
    func pack(_ source: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, on backend: CPUBackend) {
        let taps = packed + transformedFilterCount
        filter.pack(source, into: taps, on: backend)
        let kernels = kernels(of: backend)
        backend.parallelFor(filter.panels) { panel, _ in
            kernels.filter(
                taps + panel * filter.panelCount, filter.channels * filter.panelWidth, packed + panel * panelCount)
        }
    }

    /// Computes `count` images.
    func run(
        on backend: CPUBackend, source: UnsafePointer<Float>, packed: UnsafePointer<Float>,
        output: SlidingProduct.Output, winners: UnsafeMutablePointer<UInt8>?, count: Int
    ) {
        let total = count * tiles.perImage
        let (blocks, parts) = shares(of: total, threads: backend.threads)
        let kernels = kernels(of: backend)
        backend.parallelFor(blocks * parts) { index, worker in
            let (block, part) = index.quotientAndRemainder(dividingBy: parts)
            let range = total * block / blocks..<total * (block + 1) / blocks
            let transformed = backend.scratch(of: worker)
            let products = transformed + tiles.elements * transformedStride(range.count)
            tiles.transform(
                range, tiles.input, of: source, to: transformed, elementStride: transformedStride(range.count),
                scratch: products + tiles.elements * productStride(range.count), by: kernels.input)
            for panel in filter.panels * part / parts..<filter.panels * (part + 1) / parts {
                multiply(transformed, packed + panel * panelCount, into: products, tiles: range.count, on: backend)
                store(products, panel: panel, of: range, output: output, winners: winners, by: kernels)
            }
        }
    }

    /// How the work is cut: blocks of tiles, and parts of the filter's panels. Few tiles are not cut further where each block
    /// would read a large filter again: threads share its panels then, and each transforms the tiles for itself.
    private func shares(of total: Int, threads: Int) -> (blocks: Int, parts: Int) {
        let blocks = (total + blockTiles - 1) / blockTiles
        guard blocks < 3 * threads else { return (blocks, 1) }
        if transformedFilterCount * 4 > HostProcessor.secondLevelCache {
            let parts = min(filter.panels, (2 * threads + blocks - 1) / blocks)
            return (blocks, parts)
        }
        return (min(max(blocks, 2 * threads), max(total / 14, 1)), 1)
    }

    private func multiply(
        _ transformed: UnsafePointer<Float>, _ packed: UnsafePointer<Float>,
        into products: UnsafeMutablePointer<Float>, tiles count: Int, on backend: CPUBackend
    ) {
        for element in 0..<tiles.elements {
            let filterElement = packed + element * filter.channels * filter.panelWidth
            withUnsafePointer(to: transformed + element * transformedStride(count)) { run in
                var product = simd_product(
                    runs: run, runCount: 1, runLength: filter.channels, rowStride: filter.channels,
                    b: filterElement, bStride: filter.panelWidth,
                    output: products + element * productStride(count), outputStride: filter.panelWidth,
                    columns: filter.panelWidth, bias: nil, addend: nil, activation: simd_identity,
                    next: filterElement + filter.channels * filter.panelWidth)
                backend.kernels.multiply(&product, count)
            }
        }
    }

    private func store(
        _ products: UnsafePointer<Float>, panel: Int, of range: Range<Int>, output: SlidingProduct.Output,
        winners: UnsafeMutablePointer<UInt8>?, by kernels: simd_winograd_kernels
    ) {
        let first = panel * filter.panelWidth
        // Places of a tile in the output.
        let unit = isPooled ? tiles.size / 2 : tiles.size
        let (rows, columns) =
            isPooled ? (tiles.window.rows / 2, tiles.window.columns / 2) : (tiles.window.rows, tiles.window.columns)
        tiles.forEachSegment(of: range) { segment in
            let row = segment.row * unit
            let column = segment.columns.lowerBound * unit
            let offset =
                segment.image * output.imageStride + row * output.rowStride + column * output.columnStride + first
            var back = simd_winograd(
                products: products + segment.offset * filter.panelWidth, elementStride: productStride(range.count),
                channels: min(filter.panelWidth, filter.columns - first), bias: bias.map { $0 + first },
                addend: output.addend.map { $0 + offset }, activation: activation)
            if isPooled {
                kernels.outputPooled(
                    &back, segment.columns.count, output.start + offset, winners.map { $0 + offset }, output.rowStride,
                    output.columnStride, rows - row, columns - column)
            } else {
                kernels.output(
                    &back, segment.columns.count, output.start + offset, output.rowStride, output.columnStride,
                    rows - row, columns - column)
            }
        }
    }
}
