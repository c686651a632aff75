extension RGBImage {
    /// The picture at another size, by antialiased bilinear filtering: what Pillow's `Image.resize(…, BILINEAR)` gives,
    /// bit for bit.
    ///
    /// Rows are resized first and rounded to 8 bits, then columns; an axis that keeps its length is left alone. (From
    /// version 13 Pillow takes the columns first where that is quicker, and then differs by 1 in some samples.)
    ///
    /// - Precondition: Neither side, of either picture, is 0.
    public func resized(width newWidth: Int, height newHeight: Int) -> RGBImage {
        precondition(min(width, height, newWidth, newHeight) > 0, "a side of 0 cannot be resized")
        if (newWidth, newHeight) == (width, height) { return self }
        return Resizer(width: width, height: height, toWidth: newWidth, height: newHeight).resized(self)
    }
}
