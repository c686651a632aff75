/// An affine map from output pixels to source places, both counted from the centre of the top left pixel.
package struct SourcePlaces: Sendable, Equatable {
    /// The place of the output's top left pixel.
    package var x, y: Double
    /// The step from a column to the next.
    package var xPerColumn, yPerColumn: Double
    /// The step from a row to the next.
    package var xPerRow, yPerRow: Double

    /// Each pixel from its own place, but for what is given.
    package init(
        x: Double = 0, y: Double = 0, xPerColumn: Double = 1, yPerColumn: Double = 0, xPerRow: Double = 0,
        yPerRow: Double = 1
    ) {
        self.x = x
        self.y = y
        self.xPerColumn = xPerColumn
        self.yPerColumn = yPerColumn
        self.xPerRow = xPerRow
        self.yPerRow = yPerRow
    }

    /// The places that a later change reads of the result of this one: `inner` maps its output to places in ours.
    func reading(_ inner: SourcePlaces) -> SourcePlaces {
        SourcePlaces(
            x: x + xPerColumn * inner.x + xPerRow * inner.y,
            y: y + yPerColumn * inner.x + yPerRow * inner.y,
            xPerColumn: xPerColumn * inner.xPerColumn + xPerRow * inner.yPerColumn,
            yPerColumn: yPerColumn * inner.xPerColumn + yPerRow * inner.yPerColumn,
            xPerRow: xPerColumn * inner.xPerRow + xPerRow * inner.yPerRow,
            yPerRow: yPerColumn * inner.xPerRow + yPerRow * inner.yPerRow)
    }

    /// Mirrors the output left to right.
    mutating func flipColumns(width: Int) {
        x += xPerColumn * Double(width - 1)
        y += yPerColumn * Double(width - 1)
        xPerColumn = -xPerColumn
        yPerColumn = -yPerColumn
    }

    /// Mirrors the output top to bottom.
    mutating func flipRows(height: Int) {
        x += xPerRow * Double(height - 1)
        y += yPerRow * Double(height - 1)
        xPerRow = -xPerRow
        yPerRow = -yPerRow
    }
}

extension SourcePlaces {
    /// A rectangle brought to the size given, bilinearly: half a pixel lies between a pixel's edge and its centre.
    init(magnifying part: PixelRectangle, width: Int, height: Int) {
        let scaleX = Double(part.width) / Double(width)
        let scaleY = Double(part.height) / Double(height)
        self.init(
            x: Double(part.left) + 0.5 * scaleX - 0.5, y: Double(part.top) + 0.5 * scaleY - 0.5, xPerColumn: scaleX,
            yPerRow: scaleY)
    }
}

/// A part of a picture, in pixels.
public struct PixelRectangle: Sendable, Equatable {
    /// The first column.
    public var left: Int
    /// The first row.
    public var top: Int
    /// How many columns.
    public var width: Int
    /// How many rows.
    public var height: Int

    /// A part of a picture.
    public init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}
