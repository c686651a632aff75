import CSIMD

/// The m × m tiles of a 3×3 convolution's outputs, numbered image by image and row by row; a last tile may stick out.
struct WinogradTiles {
    /// What is read.
    let window: SlidingWindow
    /// Outputs of a tile in either direction: m.
    let size: Int

    /// Pixels that a tile reads in either direction.
    var span: Int { size + 2 }
    /// Elements of a transformed tile.
    var elements: Int { span * span }
    /// Rows of tiles in an image.
    var rows: Int { (window.rows + size - 1) / size }
    /// Tiles in a row.
    var columns: Int { (window.columns + size - 1) / size }
    /// Tiles of an image.
    var perImage: Int { rows * columns }

    /// Neighbouring tiles of one row of an image.
    struct Segment {
        let image, row: Int
        let columns: Range<Int>
        /// How many tiles of the range come before.
        let offset: Int
    }

    /// Floats of scratch memory for a tile's pixels.
    var scratchCount: Int { elements * window.lines.channels }

    /// Cuts a range of tiles into segments.
    func forEachSegment(of range: Range<Int>, _ body: (Segment) -> Void) {
        var tile = range.lowerBound
        while tile < range.upperBound {
            let (line, column) = tile.quotientAndRemainder(dividingBy: columns)
            let (image, row) = line.quotientAndRemainder(dividingBy: rows)
            let end = min(columns, column + range.upperBound - tile)
            body(Segment(image: image, row: row, columns: column..<end, offset: tile - range.lowerBound))
            tile += end - column
        }
    }

    /// Transforms a range of tiles to `[element][tile][channel]`.
    func transform(
        _ range: Range<Int>, of source: UnsafePointer<Float>, to transformed: UnsafeMutablePointer<Float>,
        elementStride: Int, scratch: UnsafeMutablePointer<Float>, by kernels: simd_winograd_kernels
    ) {
        let lines = window.lines
        let first = window.taps[0]
        // Tiles whose pixels all exist are read where they lie.
        let inner = columns(inside: lines.width, from: first.column, count: columns)
        let innerRows = columns(inside: lines.height, from: first.row, count: rows)
        forEachSegment(of: range) { segment in
            let image = source + segment.image * lines.height * lines.width * lines.channels
            let y = segment.row * size + first.row
            let direct = segment.columns.clamped(to: innerRows.contains(segment.row) ? inner : 0..<0)
            for column in segment.columns {
                let target = transformed + (segment.offset + column - segment.columns.lowerBound) * lines.channels
                let x = column * size + first.column
                if direct.contains(column) {
                    guard column == direct.lowerBound else { continue }
                    kernels.input(
                        image + (y * lines.width + x) * lines.channels, lines.width * lines.channels, lines.channels,
                        direct.count, target, elementStride)
                } else {
                    copyPixels(of: image, y, x, to: scratch)
                    kernels.input(scratch, span * lines.channels, lines.channels, 1, target, elementStride)
                }
            }
        }
    }

    /// Which of `count` tiles in a line of `extent` pixels read only pixels that exist, when the first reads from `start`.
    private func columns(inside extent: Int, from start: Int, count: Int) -> Range<Int> {
        let first = start < 0 ? (size - 1 - start) / size : 0
        let end = min(count, max(first, (extent - span - start + size) / size))
        return min(first, end)..<end
    }

    /// Copies a tile's pixels, zeros where there are none.
    private func copyPixels(
        of image: UnsafePointer<Float>, _ y: Int, _ x: Int, to target: UnsafeMutablePointer<Float>
    ) {
        let (height, width, channels) = (window.lines.height, window.lines.width, window.lines.channels)
        let present = max(0, -x)..<max(max(0, -x), min(span, width - x))
        for row in 0..<span {
            let line = target + row * span * channels
            guard 0..<height ~= y + row, !present.isEmpty else {
                line.update(repeating: 0, count: span * channels)
                continue
            }
            line.update(repeating: 0, count: present.lowerBound * channels)
            (line + present.lowerBound * channels).update(
                from: image + ((y + row) * width + x + present.lowerBound) * channels, count: present.count * channels)
            (line + present.upperBound * channels).update(repeating: 0, count: (span - present.upperBound) * channels)
        }
    }
}
