import CSIMD

/// A 1×1 convolution of stride 1: one product of all pixels, as rows, with the filter, read and written where they lie.
struct PointwiseProduct {
    /// Pixels of an image.
    let pixels: Int
    /// What pixels are multiplied with.
    let filter: PackedFilter
    /// What is added to each column, or nil.
    let bias: UnsafePointer<Float>?
    /// What is applied at the end.
    let activation: simd_activation

    /// Whether a convolution is one, given that its places lie one behind the other in the output.
    static func applies(to window: SlidingWindow, _ filter: PackedFilter) -> Bool {
        window.isPointwise && filter.groups == 1
    }

    /// Computes `count` images.
    func run(
        on backend: CPUBackend, source: UnsafePointer<Float>, packed: UnsafePointer<Float>,
        output: SlidingProduct.Output, count: Int
    ) {
        let rows = count * pixels
        let (blocks, parts) = shares(of: rows, threads: backend.threads)
        backend.parallelFor(blocks * parts) { index, _ in
            let (block, part) = index.quotientAndRemainder(dividingBy: parts)
            let range = rows * block / blocks..<rows * (block + 1) / blocks
            multiply(
                on: backend, source: source + range.lowerBound * filter.channels, packed: packed,
                output: output.advanced(by: range.lowerBound * output.columnStride), rows: range.count,
                panels: filter.panels * part / parts..<filter.panels * (part + 1) / parts)
        }
    }

    /// Computes some panels of columns of `rows` pixels that lie one behind the other.
    func multiply(
        on backend: CPUBackend, source: UnsafePointer<Float>, packed: UnsafePointer<Float>,
        output: SlidingProduct.Output, rows: Int, panels: Range<Int>
    ) {
        withUnsafePointer(to: source) { run in
            for panel in panels {
                let first = panel * filter.panelWidth
                let following = panel + 1 < panels.upperBound ? panel + 1 : panels.lowerBound
                var product = simd_product(
                    runs: run, runCount: 1, runLength: filter.channels, rowStride: filter.channels,
                    b: packed + panel * filter.panelCount, bStride: filter.panelWidth,
                    output: output.start + first, outputStride: output.columnStride,
                    columns: min(filter.panelWidth, filter.columns - first), bias: bias.map { $0 + first },
                    addend: output.addend.map { $0 + first }, activation: activation,
                    next: packed + following * filter.panelCount)
                backend.kernels.multiply(&product, rows)
            }
        }
    }

    /// How the work is cut: blocks of pixels, which stay in the second-level cache while the filter's panels pass by, and
    /// parts of the panels. Threads that have few pixels share a large filter's panels, so that each is read once.
    private func shares(of rows: Int, threads: Int) -> (blocks: Int, parts: Int) {
        let few = rows <= 448 && filter.panels >= 4 * threads && filter.count * 4 > HostProcessor.secondLevelCache / 8
        let most = few ? 448 : filter.columns > 128 ? 56 : 112
        let blocks = (rows + most - 1) / most
        return (blocks, min(filter.panels, max(1, (4 * threads + blocks - 1) / blocks)))
    }
}
