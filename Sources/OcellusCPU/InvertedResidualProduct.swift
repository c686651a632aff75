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

    /// Channels that are worked on together.
    var panelWidth: Int { projection.filter.panelWidth }
    /// Floats of a line of filtered pixels.
    var filteredLine: Int { depthwise.window.columns * depthwise.window.lines.channels }

    /// The most rows whose filtered pixels a worker keeps.
    var mostRows: Int {
        min(max(HostProcessor.secondLevelCache / 8 / max(filteredLine, 1), 1), max(depthwise.window.rows, 1))
    }

    /// Floats of scratch memory that a worker needs.
    var scratchCount: Int { InvertedResidualBand.Memory(of: self).count }

    /// Computes `count` images.
    func run(
        on backend: CPUBackend, source: UnsafePointer<Float>, filters: Filters, output: SlidingProduct.Output,
        count: Int
    ) {
        let window = depthwise.window
        let bands = bands(count: count, threads: backend.threads)
        let memory = InvertedResidualBand.Memory(of: self)
        backend.parallelFor(count * bands) { index, worker in
            let (image, band) = index.quotientAndRemainder(dividingBy: bands)
            let rows = window.rows * band / bands..<window.rows * (band + 1) / bands
            let work = InvertedResidualBand(
                self, rows: rows, of: source, image: image, filters, memory, in: backend.scratch(of: worker))
            work.filter(on: backend)
            projection.multiply(
                on: backend, source: work.filtered, packed: filters.projection,
                output: output.advanced(by: image * output.imageStride + rows.lowerBound * output.rowStride),
                rows: rows.count * window.columns, panels: 0..<projection.filter.panels)
        }
    }

    /// Into how many bands of rows an image falls: as few as will do, for each expands its neighbours' lines again, and so
    /// many that the threads get equal shares. A thread then finds much of its input in its own cache, where it wrote it.
    private func bands(count: Int, threads: Int) -> Int {
        let rows = depthwise.window.rows
        var bands = (rows + mostRows - 1) / mostRows
        while count * bands % threads != 0, count * bands < 8 * threads, bands < rows { bands += 1 }
        return bands
    }
}
