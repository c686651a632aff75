import CSIMD

/// Expansion, depthwise convolution and projection in one. The expanded channels are worked on panel by panel: the depthwise
/// window slides over a few expanded lines, which stay in the first-level cache; what it gives stays in the second-level
/// cache until all panels are there and the projection reads it.
///
/// How the work is cut changes no bit: each element is a sum of the same products in the same order.
struct InvertedResidualProduct {
    /// What makes the lines that the depthwise window slides over, or nil where those are the source's own.
    let expansion: SlidingProduct?
    /// Its window slides over the expanded picture.
    let depthwise: DepthwiseProduct
    /// Its pixels are the depthwise convolution's places.
    let projection: PointwiseProduct

    /// The packed filters.
    struct Filters {
        let expansion: UnsafePointer<Float>?
        let depthwise, projection: UnsafePointer<Float>
    }

    private var window: SlidingWindow { depthwise.window }
    private var panelWidth: Int { projection.filter.panelWidth }
    /// Floats of a line of filtered pixels.
    private var filteredLine: Int { window.columns * window.lines.channels }

    /// Floats of scratch memory that a worker needs.
    var scratchCount: Int { Scratch.count(for: self) }

    /// The most rows whose filtered pixels a worker keeps.
    private var mostRows: Int {
        min(max(HostProcessor.secondLevelCache / 8 / max(filteredLine, 1), 1), max(window.rows, 1))
    }

    /// Into how many bands of rows an image falls: as few as will do, for each expands its neighbours' lines again, and so
    /// many that the threads get equal shares. A thread then finds much of its input in its own cache, where it wrote it.
    private func bands(count: Int, threads: Int) -> Int {
        var bands = (window.rows + mostRows - 1) / mostRows
        while count * bands % threads != 0, count * bands < 8 * threads, bands < window.rows { bands += 1 }
        return bands
    }

    /// Computes `count` images.
    func run(
        on backend: CPUBackend, source: UnsafePointer<Float>, filters: Filters, output: SlidingProduct.Output,
        count: Int
    ) {
        let bands = bands(count: count, threads: backend.threads)
        backend.parallelFor(count * bands) { index, worker in
            let (image, band) = index.quotientAndRemainder(dividingBy: bands)
            let rows = window.rows * band / bands..<window.rows * (band + 1) / bands
            let scratch = Scratch(self, backend.scratch(of: worker))
            filter(on: backend, rows: rows, of: source, image: image, filters, scratch)
            projection.multiply(
                on: backend, source: scratch.filtered, packed: filters.projection,
                output: output.advanced(by: image * output.imageStride + rows.lowerBound * output.rowStride),
                rows: rows.count * window.columns, panels: 0..<projection.filter.panels)
        }
    }

    /// Expands and filters what some rows of places are projected from.
    private func filter(
        on backend: CPUBackend, rows: Range<Int>, of source: UnsafePointer<Float>, image: Int, _ filters: Filters,
        _ scratch: Scratch
    ) {
        let (lines, channels) = (window.lines, window.lines.channels)
        let origin = sourceLines(of: source, image: image, for: rows, scratch)
        // Only pixels are written: the borders stay zero, and so does the line that stands for those outside of the picture.
        scratch.lines.update(repeating: 0, count: scratch.lineCount * scratch.lineStride)
        for panel in 0..<(channels + panelWidth - 1) / panelWidth {
            let first = panel * panelWidth
            let width = min(panelWidth, channels - first)
            if let expansion, let packed = filters.expansion {
                scratch.product.pointee = product(expansion, packed, panel: panel, scratch)
            }
            var line = 0
            for row in rows {
                let needed = window.sourceLines(for: row..<row + 1)
                line = max(line, needed.first)
                while line < min(needed.first + needed.count, lines.height) {
                    let place = scratch.line(line) + lines.padLeft * panelWidth
                    if let expansion {
                        expand(line, expansion, origin, scratch)
                        scratch.product.pointee.output = place
                        backend.kernels.multiply(scratch.product, lines.width)
                    } else {
                        backend.kernels.copyRows(
                            origin.start + (line * origin.stride + first), channels, lines.width, width, place,
                            panelWidth)
                    }
                    line += 1
                }
                for (number, tap) in window.taps.enumerated() {
                    let line = row * window.strideRow + tap.row
                    scratch.taps[number] = UnsafePointer(
                        (0..<lines.height ~= line ? scratch.line(line) : scratch.blankLine)
                            + (lines.padLeft + tap.column) * panelWidth)
                }
                backend.kernels.depthwise(
                    scratch.taps, window.taps.count, window.strideColumn * panelWidth, filters.depthwise + first,
                    channels, depthwise.bias.map { $0 + first }, depthwise.activation,
                    scratch.filtered + ((row - rows.lowerBound) * filteredLine + first), channels, width, window.columns
                )
            }
        }
    }

    /// The source's lines on which rows of places depend: the pixel in line 0 and column 0, which may lie outside of what
    /// can be read, and the floats from a line to the next.
    private func sourceLines(
        of source: UnsafePointer<Float>, image: Int, for rows: Range<Int>, _ scratch: Scratch
    ) -> (start: UnsafePointer<Float>, stride: Int) {
        let read = expansion?.window.lines ?? window.lines
        let picture = source + image * read.height * read.width * read.channels
        guard let expansion else { return (picture, read.width * read.channels) }
        let wanted = window.sourceLines(for: rows)
        let first = max(wanted.first, 0)
        let expanded = first..<max(first, min(wanted.first + wanted.count, window.lines.height))
        guard !expanded.isEmpty else { return (picture, 0) }
        let needed = expansion.window.sourceLines(for: expanded)
        let lines = read.lines(of: picture, from: needed.first, count: needed.count, scratch: scratch.source)
        return (lines.start - needed.first * lines.stride, lines.stride)
    }

    /// The product that expands a line of pixels to a panel of channels; its runs and its output are the line's.
    private func product(
        _ expansion: SlidingProduct, _ packed: UnsafePointer<Float>, panel: Int, _ scratch: Scratch
    ) -> simd_product {
        let first = panel * panelWidth
        return simd_product(
            runs: UnsafePointer(scratch.runs), runCount: expansion.runs.count, runLength: expansion.runLength,
            rowStride: expansion.window.strideColumn * expansion.window.lines.channels,
            b: packed + panel * expansion.filter.panelCount, bStride: panelWidth, output: scratch.lines,
            outputStride: panelWidth, columns: min(panelWidth, expansion.filter.columns - first),
            bias: expansion.bias.map { $0 + first }, addend: nil, activation: expansion.activation, next: nil)
    }

    /// Lets the product read what a line is made of.
    private func expand(
        _ line: Int, _ expansion: SlidingProduct, _ origin: (start: UnsafePointer<Float>, stride: Int),
        _ scratch: Scratch
    ) {
        for (number, run) in expansion.runs.enumerated() {
            scratch.runs[number] =
                origin.start
                + ((line * expansion.window.strideRow + run.row) * origin.stride
                    + run.column * expansion.window.lines.channels)
        }
    }
}

extension InvertedResidualProduct {
    /// A worker's memory.
    private struct Scratch {
        let product: UnsafeMutablePointer<simd_product>
        let taps, runs: UnsafeMutablePointer<UnsafePointer<Float>>
        /// A ring of lines of a panel's channels, with a border, and behind it a blank one.
        let lines: UnsafeMutablePointer<Float>
        let lineStride, lineCount: Int
        /// Copies of the source's lines, where the expansion needs a border.
        let source: UnsafeMutablePointer<Float>
        /// Filtered pixels of a band.
        let filtered: UnsafeMutablePointer<Float>

        init(_ block: InvertedResidualProduct, _ memory: UnsafeMutablePointer<Float>) {
            let sizes = Self.sizes(block)
            let raw = UnsafeMutableRawPointer(memory)
            product = raw.assumingMemoryBound(to: simd_product.self)
            taps = (raw + sizes.product * 4).assumingMemoryBound(to: UnsafePointer<Float>.self)
            runs = taps + block.window.taps.count
            lines = memory + sizes.product + sizes.pointers
            lineStride = sizes.line
            lineCount = block.ringLines + 1
            source = lines + lineStride * lineCount
            filtered = source + sizes.source
        }

        /// Where a line of the expanded picture lies while the window needs it.
        func line(_ number: Int) -> UnsafeMutablePointer<Float> { lines + number % (lineCount - 1) * lineStride }

        /// A line of zeros.
        var blankLine: UnsafeMutablePointer<Float> { lines + (lineCount - 1) * lineStride }

        static func count(for block: InvertedResidualProduct) -> Int {
            let sizes = sizes(block)
            return sizes.product + sizes.pointers + sizes.line * (block.ringLines + 1) + sizes.source
                + block.mostRows * block.filteredLine
        }

        private static func sizes(
            _ block: InvertedResidualProduct
        ) -> (product: Int, pointers: Int, line: Int, source: Int) {
            func whole(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }
            let lines = block.window.lines
            let needed = block.expansion.map { expansion in
                expansion.window.isPointwise
                    ? 0
                    : expansion.window.lines.scratchCount(
                        lines: expansion.window.sourceLines(
                            for: 0..<block.window.sourceLines(for: 0..<block.mostRows).count
                        ).count)
            }
            return (
                whole((MemoryLayout<simd_product>.size + 3) / 4),
                // An address takes two floats.
                whole(2 * (block.window.taps.count + (block.expansion?.runs.count ?? 0))),
                (lines.padLeft + lines.width + lines.padRight) * block.panelWidth, whole(needed ?? 0)
            )
        }
    }

    /// Expanded lines under the window at once.
    private var ringLines: Int { window.sourceLines(for: 0..<1).count }
}
