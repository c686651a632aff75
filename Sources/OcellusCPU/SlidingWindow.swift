import OcellusGraph

/// A window that slides over pictures, as convolution and its input gradient see it: place (p, q) reads, for each tap, the
/// source pixel (p · stride + tap.row, q · stride + tap.column), or zero outside of the picture.
struct SlidingWindow {
    /// One element of the window, relative to the place.
    struct Tap {
        let row, column: Int
    }

    /// The source's pixels.
    let lines: PixelLines
    /// The window's elements.
    let taps: [Tap]
    /// Source rows and columns between neighbouring places.
    let strideRow, strideColumn: Int
    /// Rows and columns of places.
    let rows, columns: Int

    private let tapRows: ClosedRange<Int>

    init(
        height: Int, width: Int, channels: Int, taps: [Tap], strideRow: Int, strideColumn: Int, rows: Int, columns: Int
    ) {
        self.taps = taps
        self.strideRow = strideRow
        self.strideColumn = strideColumn
        self.rows = rows
        self.columns = columns
        let tapColumns = taps.map(\.column)
        let last = max(columns - 1, 0) * strideColumn
        lines = PixelLines(
            height: height, width: width, channels: channels,
            columns: (tapColumns.min() ?? 0)...((tapColumns.max() ?? 0) + last))
        let tapRows = taps.map(\.row)
        self.tapRows = (tapRows.min() ?? 0)...(tapRows.max() ?? 0)
    }

    /// Whether each place reads the pixel at its own place, and no other.
    var isPointwise: Bool {
        taps.count == 1 && taps[0].row == 0 && taps[0].column == 0 && strideRow == 1 && strideColumn == 1
            && rows == lines.height && columns == lines.width
    }

    /// Whether a place reads three neighbouring pixels in each of three lines.
    var isThreeByThree: Bool {
        taps.count == 9
            && taps.enumerated().allSatisfy { index, tap in
                tap.row == taps[index / 3 * 3].row && tap.column == taps[0].column + index % 3
            }
    }

    /// The source lines that places in `rows` read.
    func sourceLines(for rows: Range<Int>) -> (first: Int, count: Int) {
        let first = rows.lowerBound * strideRow + tapRows.lowerBound
        let last = (rows.upperBound - 1) * strideRow + tapRows.upperBound
        return (first, last - first + 1)
    }

    /// Rows of places whose source lines fit the second-level cache.
    /// - Parameter multiple: rows come in groups of so many.
    func bandRows(multiple: Int = 1) -> Int {
        let budget = max(48 * 1024, HostProcessor.secondLevelCache / 16) / max(lines.paddedStride, 1)
        let fitting = (budget - (tapRows.upperBound - tapRows.lowerBound)) / max(strideRow, 1)
        return min(max(fitting / multiple * multiple, multiple), max(rows / multiple * multiple, multiple))
    }

    /// Floats of scratch memory that a band's source lines may need.
    func scratchCount(bandRows: Int) -> Int {
        lines.scratchCount(lines: sourceLines(for: 0..<max(bandRows, 1)).count)
    }

    /// Taps that lie side by side in memory, as one run each: a whole kernel row unless the window is dilated or
    /// each tap reads only its group's channels.
    /// - Returns: where each run starts, and its length in floats.
    func runs(channels: Int, groups: Int) -> (starts: [Tap], length: Int) {
        guard let first = taps.first, groups == 1 else { return (taps, channels) }
        let width = taps.prefix { $0.row == first.row }.count
        let areContiguous = taps.enumerated().allSatisfy { index, tap in
            let start = taps[index / width * width]
            return tap.row == start.row && tap.column == start.column + index % width
        }
        guard areContiguous else { return (taps, channels) }
        return (stride(from: 0, to: taps.count, by: width).map { taps[$0] }, width * channels)
    }
}

extension WindowGeometry {
    /// The window as a convolution slides it over its input.
    func slidingWindow(channels: Int) -> SlidingWindow {
        SlidingWindow(
            height: inputHeight, width: inputWidth, channels: channels, taps: taps, strideRow: window.strideHeight,
            strideColumn: window.strideWidth, rows: outputHeight, columns: outputWidth)
    }

    /// The same, over the places that a 2 × 2 pooling reads: a last odd row or column is left out.
    func slidingWindowForPooling(channels: Int) -> SlidingWindow {
        SlidingWindow(
            height: inputHeight, width: inputWidth, channels: channels, taps: taps, strideRow: window.strideHeight,
            strideColumn: window.strideWidth, rows: outputHeight / 2 * 2, columns: outputWidth / 2 * 2)
    }

    /// The window's elements, row-major, relative to the first input pixel that the window at place (0, 0) would read.
    var taps: [SlidingWindow.Tap] {
        (0..<window.height).flatMap { row in
            (0..<window.width).map { column in
                SlidingWindow.Tap(
                    row: row * window.dilationHeight - padTop, column: column * window.dilationWidth - padLeft)
            }
        }
    }
}
