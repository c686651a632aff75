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

    /// What the tiles read.
    var input: TilePixels {
        TilePixels(
            height: window.lines.height, width: window.lines.width, channels: window.lines.channels,
            firstRow: window.taps[0].row, firstColumn: window.taps[0].column, step: size, span: span)
    }

    /// The tiles' outputs themselves, of so many channels.
    func output(channels: Int) -> TilePixels {
        TilePixels(
            height: window.rows, width: window.columns, channels: channels, firstRow: 0, firstColumn: 0, step: size,
            span: size)
    }

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

    /// Transforms the pixels of a range of tiles to `[element][tile][channel]`.
    /// - Parameter scratch: room for one tile's pixels.
    func transform(
        _ range: Range<Int>, _ pixels: TilePixels, of source: UnsafePointer<Float>,
        to transformed: UnsafeMutablePointer<Float>, elementStride: Int, scratch: UnsafeMutablePointer<Float>,
        by kernel: TilePixels.Transform
    ) {
        // Tiles whose pixels all exist are read where they lie.
        let whole = pixels.wholeTiles(rows: rows, columns: columns)
        forEachSegment(of: range) { segment in
            let image = source + segment.image * pixels.height * pixels.width * pixels.channels
            let direct = segment.columns.clamped(to: whole.rows.contains(segment.row) ? whole.columns : 0..<0)
            for column in segment.columns {
                let target = transformed + (segment.offset + column - segment.columns.lowerBound) * pixels.channels
                if direct.contains(column) {
                    guard column == direct.lowerBound else { continue }
                    let corner = pixels.offset(row: segment.row, column: column)
                    kernel(
                        image + corner, pixels.width * pixels.channels, pixels.channels, direct.count, target,
                        elementStride)
                } else {
                    pixels.copy(row: segment.row, column: column, of: image, to: scratch)
                    kernel(scratch, pixels.span * pixels.channels, pixels.channels, 1, target, elementStride)
                }
            }
        }
    }
}
