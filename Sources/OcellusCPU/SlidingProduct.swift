import CSIMD

/// A product of a sliding window's pixels with a packed filter: convolution read straight from NHWC memory.
///
/// Taps that lie side by side in memory are read as one run: a whole kernel row, unless the kernel is dilated or grouped.
struct SlidingProduct {
    /// Where results go: place (p, q) of image n starts at `n * imageStride + p * rowStride + q * columnStride`.
    struct Output {
        let start: UnsafeMutablePointer<Float>
        let imageStride, rowStride, columnStride: Int
        /// What is added to results before the activation, laid out as they are, or nil.
        var addend: UnsafePointer<Float>?

        /// The same from `offset` floats further on.
        func advanced(by offset: Int) -> Output {
            Output(
                start: start + offset, imageStride: imageStride, rowStride: rowStride, columnStride: columnStride,
                addend: addend.map { $0 + offset })
        }
    }

    /// What is read.
    let window: SlidingWindow
    /// What it is multiplied with.
    let filter: PackedFilter
    /// What is added to each column, or nil.
    let bias: UnsafePointer<Float>?
    /// What is applied at the end.
    let activation: simd_activation
    /// Whether the largest of each 2 × 2 places is kept; `window.rows` and `window.columns` are then even.
    let isPooled: Bool

    /// Where each run starts, and its length in floats.
    let runs: [SlidingWindow.Tap]
    let runLength: Int

    private let bandRows: Int
    private let panelsPerTask: Int

    init(
        _ window: SlidingWindow, _ filter: PackedFilter, bias: UnsafePointer<Float>?, activation: simd_activation,
        isPooled: Bool = false
    ) {
        self.window = window
        self.filter = filter
        self.bias = bias
        self.activation = activation
        self.isPooled = isPooled
        (runs, runLength) = window.runs(channels: filter.channels, groups: filter.groups)
        bandRows = window.bandRows(multiple: isPooled ? 2 : 1)
        // Panels beyond what the second-level cache holds are worked on one block after the other, over all images.
        panelsPerTask = min(
            max(max(64 * 1024, HostProcessor.secondLevelCache / 8) / max(filter.panelCount, 1), 1),
            filter.groups * filter.panels)
    }

    /// Floats of scratch memory that a worker needs: its runs' addresses, and lines with a border.
    var scratchCount: Int { pointerCount + window.scratchCount(bandRows: bandRows) }

    // An address takes two floats.
    private var pointerCount: Int { (runs.count * 2 + 15) / 16 * 16 }

    /// Computes `count` images.
    /// - Parameter winners: for a pooled product, where each winner's place goes, laid out as the output.
    func run(
        on backend: CPUBackend, source: UnsafePointer<Float>, packed: UnsafePointer<Float>, output: Output,
        winners: UnsafeMutablePointer<UInt8>? = nil, count: Int
    ) {
        let unit = isPooled ? 2 : 1
        let units = window.rows / unit
        // A few tasks for each thread, however few images there are: bands of rows, or, where each would read a large filter
        // again, panels of the filter.
        let sharesPanels =
            filter.groups * filter.panels >= 4 * backend.threads
            && filter.count * 4 > HostProcessor.secondLevelCache / 4
        let bandUnits =
            sharesPanels ? bandRows / unit : min(bandRows / unit, max(1, units * count / (4 * backend.threads)))
        let bands = (units + bandUnits - 1) / bandUnits
        let allPanels = filter.groups * filter.panels
        // Neighbouring panels, so that each is fetched while the one before it is worked on.
        let blockPanels =
            bands * count < 2 * backend.threads ? max(1, allPanels / (4 * backend.threads)) : panelsPerTask
        let blocks = (allPanels + blockPanels - 1) / blockPanels
        let imageCount = window.lines.height * window.lines.width * window.lines.channels
        backend.parallelFor(blocks * count * bands) { index, worker in
            let (block, rest) = index.quotientAndRemainder(dividingBy: count * bands)
            let (image, band) = rest.quotientAndRemainder(dividingBy: bands)
            let rows = band * bandUnits * unit..<min((band + 1) * bandUnits, units) * unit
            let scratch = backend.scratch(of: worker)
            let needed = window.sourceLines(for: rows)
            let lines = window.lines.lines(
                of: source + image * imageCount, from: needed.first, count: needed.count,
                scratch: scratch + pointerCount)
            multiply(
                on: backend, rows: rows, panels: block * blockPanels..<min((block + 1) * blockPanels, allPanels),
                // The pixel in line 0 and column 0, which may lie outside of what can be read.
                origin: lines.start - needed.first * lines.stride, lineStride: lines.stride, packed: packed,
                image: image,
                winners: winners, layout: output,
                addresses: UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UnsafePointer<Float>.self))
        }
    }

    private func multiply(
        on backend: CPUBackend, rows: Range<Int>, panels: Range<Int>, origin: UnsafePointer<Float>, lineStride: Int,
        packed: UnsafePointer<Float>, image: Int, winners: UnsafeMutablePointer<UInt8>?,
        layout: Output, addresses: UnsafeMutablePointer<UnsafePointer<Float>>
    ) {
        let kernels = backend.kernels
        let channels = window.lines.channels
        for index in panels {
            let (group, panel) = index.quotientAndRemainder(dividingBy: filter.panels)
            let firstInGroup = panel * filter.panelWidth
            let first = group * filter.columns + firstInGroup
            var product = simd_product(
                runs: addresses, runCount: runs.count, runLength: runLength,
                rowStride: window.strideColumn * channels, b: packed + index * filter.panelCount,
                bStride: filter.panelWidth, output: layout.start, outputStride: layout.columnStride,
                columns: min(filter.panelWidth, filter.columns - firstInGroup), bias: bias.map { $0 + first },
                addend: nil, activation: activation, next: nil)
            for row in stride(from: rows.lowerBound, to: rows.upperBound, by: isPooled ? 2 : 1) {
                let line = row * window.strideRow
                for (number, run) in runs.enumerated() {
                    addresses[number] =
                        origin + ((line + run.row) * lineStride + run.column * channels + group * filter.channels)
                }
                let offset = image * layout.imageStride + row / (isPooled ? 2 : 1) * layout.rowStride + first
                product.output = layout.start + offset
                if isPooled {
                    var pooling = simd_pooling(
                        lineStride: window.strideRow * lineStride, place: winners.map { $0 + offset })
                    kernels.multiplyPooled(&product, &pooling, window.columns / 2)
                } else {
                    product.addend = layout.addend.map { $0 + offset }
                    product.next =
                        index + 1 < panels.upperBound
                        ? nextPanel(packed + (index + 1) * filter.panelCount, row: row - rows.lowerBound) : nil
                    kernels.multiply(&product, window.columns)
                }
            }
        }
    }

    /// What is fetched of the next panel while a row of places is worked on, until all of it is there.
    private func nextPanel(_ start: UnsafePointer<Float>, row: Int) -> UnsafePointer<Float>? {
        let fetched = row * fetchedCount
        return fetched < filter.panelCount ? start + fetched : nil
    }

    /// Floats that are fetched while a row of places is worked on: each of the first tiles of pixels fetches a cache line for
    /// each of the panel's rows.
    var fetchedCount: Int {
        let cacheLine = 16
        let tiles = min((window.columns + 13) / 14, max(filter.panelWidth / cacheLine, 1))
        return tiles * cacheLine * (filter.panelCount / filter.panelWidth)
    }
}
