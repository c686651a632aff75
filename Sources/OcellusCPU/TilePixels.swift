/// The pixels that tiles of an image read: `span` × `span` of them, `step` apart, some of which may lie outside of it.
struct TilePixels {
    /// The image's extents.
    let height, width, channels: Int
    /// The pixel at which the first tile starts.
    let firstRow, firstColumn: Int
    /// Pixels from a tile to the next, and pixels of a tile, in either direction.
    let step, span: Int

    /// Transforms tiles side by side; as `simd_winograd_kernels.input`.
    typealias Transform = (
        _ x: UnsafePointer<Float>, _ lineStride: Int, _ channels: Int, _ tiles: Int,
        _ transformed: UnsafeMutablePointer<Float>, _ elementStride: Int
    ) -> Void

    /// Floats of a tile.
    var count: Int { span * span * channels }

    /// Where a tile starts in an image that has all of its pixels.
    func offset(row: Int, column: Int) -> Int {
        ((row * step + firstRow) * width + column * step + firstColumn) * channels
    }

    /// Which tiles read only pixels that exist.
    func wholeTiles(rows: Int, columns: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        (wholeTiles(rows, from: firstRow, extent: height), wholeTiles(columns, from: firstColumn, extent: width))
    }

    private func wholeTiles(_ count: Int, from start: Int, extent: Int) -> Range<Int> {
        let first = start < 0 ? (step - 1 - start) / step : 0
        let last = extent - span - start
        let end = min(count, last < 0 ? 0 : last / step + 1)
        return min(first, end)..<end
    }

    /// Copies a tile's pixels, zeros where there are none.
    func copy(row: Int, column: Int, of image: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        let (y, x) = (row * step + firstRow, column * step + firstColumn)
        let first = min(max(0, -x), span)
        let present = first..<max(first, min(span, width - x))
        for line in 0..<span {
            let start = target + line * span * channels
            guard 0..<height ~= y + line, !present.isEmpty else {
                start.update(repeating: 0, count: span * channels)
                continue
            }
            start.update(repeating: 0, count: present.lowerBound * channels)
            (start + present.lowerBound * channels).update(
                from: image + ((y + line) * width + x + present.lowerBound) * channels,
                count: present.count * channels)
            (start + present.upperBound * channels).update(repeating: 0, count: (span - present.upperBound) * channels)
        }
    }
}
