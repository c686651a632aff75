import CSIMD

/// A band of rows of an inverted residual block, worked on by one thread.
struct InvertedResidualBand {
    private let block: InvertedResidualProduct
    private let rows: Range<Int>
    private let filters: InvertedResidualProduct.Filters
    private let memory: Memory

    /// The source's pixel in line 0 and column 0, which may lie outside of what can be read, and the floats from a line to
    /// the next.
    private let origin: UnsafePointer<Float>
    private let originStride: Int

    /// The expansion of a line, and where the runs that it reads start.
    private let product: UnsafeMutablePointer<simd_product>
    private let runs: UnsafeMutablePointer<UnsafePointer<Float>>
    /// Where the depthwise window's taps, or its rows, start.
    private let taps: UnsafeMutablePointer<UnsafePointer<Float>>
    /// A ring of lines of a panel's channels, with a border, and behind it a blank one.
    private let ring: UnsafeMutablePointer<Float>
    /// What the depthwise convolution gives, `[row][column][channel]`.
    let filtered: UnsafeMutablePointer<Float>

    private var window: SlidingWindow { block.depthwise.window }

    /// The band `rows` of an image.
    init(
        _ block: InvertedResidualProduct, rows: Range<Int>, of source: UnsafePointer<Float>, image: Int,
        _ filters: InvertedResidualProduct.Filters, _ memory: Memory, in scratch: UnsafeMutablePointer<Float>
    ) {
        self.block = block
        self.rows = rows
        self.filters = filters
        self.memory = memory
        let bytes = UnsafeMutableRawPointer(scratch)
        product = bytes.assumingMemoryBound(to: simd_product.self)
        taps = (bytes + memory.taps * 4).assumingMemoryBound(to: UnsafePointer<Float>.self)
        runs = (bytes + memory.runs * 4).assumingMemoryBound(to: UnsafePointer<Float>.self)
        ring = scratch + memory.ring
        filtered = scratch + memory.filtered

        let lines = block.expansion?.window.lines ?? block.depthwise.window.lines
        let picture = source + image * lines.height * lines.width * lines.channels
        if let expansion = block.expansion {
            let needed = Self.sourceLines(for: rows, block, expansion)
            let found = lines.lines(
                of: picture, from: needed.first, count: needed.count, scratch: scratch + memory.source)
            origin = found.start - needed.first * found.stride
            originStride = found.stride
        } else {
            origin = picture
            originStride = lines.width * lines.channels
        }
    }

    /// Expands and filters all channels.
    func filter(on backend: CPUBackend) {
        // Only pixels are written: the borders stay zero, and so does the line that stands for those outside of the picture.
        ring.update(repeating: 0, count: memory.ringCount)
        let height = window.lines.height
        let width = block.panelWidth
        for first in stride(from: 0, to: window.lines.channels, by: width) {
            let channels = min(width, window.lines.channels - first)
            var line = 0
            var calls = 0
            if let expansion = block.expansion { prepare(expansion, first: first, channels: channels) }
            for row in rows {
                let needed = window.sourceLines(for: row..<row + 1)
                line = max(line, needed.first)
                while line < min(needed.first + needed.count, height) {
                    let place = ring(line) + window.lines.padLeft * width
                    if let expansion = block.expansion {
                        expand(line, by: expansion, into: place, panel: first / width, call: calls, on: backend)
                        calls += 1
                    } else {
                        backend.kernels.copyRows(
                            origin + (line * originStride + first), window.lines.channels, window.lines.width, channels,
                            place, width)
                    }
                    line += 1
                }
                filter(row, first: first, channels: channels, on: backend)
            }
        }
    }

    // MARK: Expansion

    private func prepare(_ expansion: SlidingProduct, first: Int, channels: Int) {
        guard let packed = filters.expansion else { return }
        let width = block.panelWidth
        product.initialize(
            to: simd_product(
                runs: UnsafePointer(runs), runCount: expansion.runs.count, runLength: expansion.runLength,
                rowStride: expansion.window.strideColumn * expansion.window.lines.channels,
                b: packed + first / width * expansion.filter.panelCount, bStride: width, output: ring,
                outputStride: width, columns: channels, bias: expansion.bias.map { $0 + first }, addend: nil,
                activation: expansion.activation, next: nil))
    }

    private func expand(
        _ line: Int, by expansion: SlidingProduct, into place: UnsafeMutablePointer<Float>, panel: Int, call: Int,
        on backend: CPUBackend
    ) {
        for (number, run) in expansion.runs.enumerated() {
            runs[number] =
                origin
                + ((line * expansion.window.strideRow + run.row) * originStride
                    + run.column * expansion.window.lines.channels)
        }
        product.pointee.output = place
        product.pointee.next = next(expansion, panel: panel, call: call)
        backend.kernels.multiply(product, window.lines.width)
    }

    /// What is fetched while a line is expanded: first the rest of the next panel, then this panel's share of the filter of
    /// the projection.
    private func next(_ expansion: SlidingProduct, panel: Int, call: Int) -> UnsafePointer<Float>? {
        let fetched = call * expansion.fetchedCount
        guard let packed = filters.expansion else { return nil }
        let panels = expansion.filter.panels
        let isLast = panel + 1 == panels
        if !isLast, fetched < expansion.filter.panelCount {
            return packed + ((panel + 1) * expansion.filter.panelCount + fetched)
        }
        let rest = isLast ? fetched : fetched - expansion.filter.panelCount
        let share = block.projection.filter.count / panels
        return rest < share ? filters.projection + (panel * share + rest) : nil
    }

    // MARK: Depthwise convolution

    private func filter(_ row: Int, first: Int, channels: Int, on backend: CPUBackend) {
        let depthwise = block.depthwise
        let bias = depthwise.bias.map { $0 + first }
        let allChannels = window.lines.channels
        let target = filtered + ((row - rows.lowerBound) * block.filteredLine + first)
        if memory.usesPanelKernel {
            for number in 0..<3 { taps[number] = start(of: window.taps[3 * number], row: row) }
            backend.kernels.depthwisePanel(
                taps, window.strideColumn, filters.depthwise + first, allChannels, bias, depthwise.activation, target,
                allChannels, channels, window.columns)
        } else {
            for (number, tap) in window.taps.enumerated() { taps[number] = start(of: tap, row: row) }
            backend.kernels.depthwise(
                taps, window.taps.count, window.strideColumn * block.panelWidth, filters.depthwise + first, allChannels,
                bias, depthwise.activation, target, allChannels, channels, window.columns)
        }
    }

    /// Where the first place of a row reads a tap.
    private func start(of tap: SlidingWindow.Tap, row: Int) -> UnsafePointer<Float> {
        let line = row * window.strideRow + tap.row
        let isInside = line >= 0 && line < window.lines.height
        return UnsafePointer(
            (isInside ? ring(line) : ring + memory.blankLine) + (window.lines.padLeft + tap.column) * block.panelWidth)
    }

    /// Where an expanded line lies while the window needs it.
    private func ring(_ line: Int) -> UnsafeMutablePointer<Float> {
        ring + line % memory.ringLines * memory.lineCount
    }

    /// The source's lines that rows of places depend on.
    private static func sourceLines(
        for rows: Range<Int>, _ block: InvertedResidualProduct, _ expansion: SlidingProduct
    ) -> (first: Int, count: Int) {
        let wanted = block.depthwise.window.sourceLines(for: rows)
        let first = max(wanted.first, 0)
        let last = min(wanted.first + wanted.count, block.depthwise.window.lines.height)
        return first < last ? expansion.window.sourceLines(for: first..<last) : (0, 0)
    }
}

extension InvertedResidualBand {
    /// How a worker's memory is divided: where each part starts, in floats.
    struct Memory {
        let taps, runs, ring, source, filtered: Int
        /// Floats in all.
        let count: Int
        /// Lines in the ring, and floats of each.
        let ringLines, lineCount: Int
        /// Whether the depthwise window is of the kind that has a kernel of its own: it then reads a panel's lines, not taps.
        let usesPanelKernel: Bool

        /// Floats of the ring and the blank line.
        var ringCount: Int { blankLine + lineCount }
        /// Where the blank line lies in the ring.
        var blankLine: Int { ringLines * lineCount }

        init(of block: InvertedResidualProduct) {
            func whole(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }
            let window = block.depthwise.window
            // An address takes two floats.
            taps = whole((MemoryLayout<simd_product>.size + 3) / 4)
            runs = taps + whole(2 * window.taps.count)
            ring = runs + whole(2 * (block.expansion?.runs.count ?? 0))
            ringLines = window.sourceLines(for: 0..<1).count
            lineCount = (window.lines.padLeft + window.lines.width + window.lines.padRight) * block.panelWidth
            source = ring + (ringLines + 1) * lineCount
            var sourceCount = 0
            if let expansion = block.expansion, !expansion.window.isPointwise {
                let expanded = window.sourceLines(for: 0..<block.mostRows).count
                sourceCount = expansion.window.scratchCount(bandRows: expanded)
            }
            filtered = source + whole(sourceCount)
            count = filtered + block.mostRows * block.filteredLine
            usesPanelKernel = window.isThreeByThree && window.strideColumn <= 2
        }
    }
}
