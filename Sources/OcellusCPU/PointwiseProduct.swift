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
        // A block of pixels stays in the second-level cache while the filter's panels pass by.
        let most = min(max(HostProcessor.secondLevelCache / 16 / filter.channels, 56), 448)
        let blocks = (rows + most - 1) / most
        // A few tasks for each thread: of large blocks the panels are shared out too.
        let parts = min(filter.panels, max(1, (4 * backend.threads + blocks - 1) / blocks))
        backend.parallelFor(blocks * parts) { index, _ in
            let (block, part) = index.quotientAndRemainder(dividingBy: parts)
            let range = rows * block / blocks..<rows * (block + 1) / blocks
            withUnsafePointer(to: source + range.lowerBound * filter.channels) { run in
                for panel in filter.panels * part / parts..<filter.panels * (part + 1) / parts {
                    let first = panel * filter.panelWidth
                    let offset = range.lowerBound * output.columnStride + first
                    var product = simd_product(
                        runs: run, runCount: 1, runLength: filter.channels, rowStride: filter.channels,
                        b: packed + panel * filter.panelCount, bStride: filter.panelWidth,
                        output: output.start + offset, outputStride: output.columnStride,
                        columns: min(filter.panelWidth, filter.columns - first), bias: bias.map { $0 + first },
                        addend: output.addend.map { $0 + offset }, activation: activation)
                    backend.kernels.multiply(&product, range.count)
                }
            }
        }
    }
}
