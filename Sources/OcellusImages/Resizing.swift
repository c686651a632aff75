extension RGBImage {
    /// The picture at another size: what Pillow's `Image.resize` gives, bit for bit.
    ///
    /// Rows are resized first and rounded to 8 bits, then columns; an axis that keeps its length is left alone. (From
    /// version 13 Pillow takes the columns first where that is quicker, and then differs by 1 in some samples.)
    ///
    /// - Precondition: Neither side, of either picture, is 0.
    public func resized(
        width newWidth: Int, height newHeight: Int, interpolation: Interpolation = .bilinear
    ) -> RGBImage {
        resized(
            ResizingAxis(source: width, target: newWidth), ResizingAxis(source: height, target: newHeight),
            by: interpolation)
    }

    /// A part of the picture, which need not end between pixels, at another size, or a part of that.
    func resized(
        _ horizontal: ResizingAxis, _ vertical: ResizingAxis, by interpolation: Interpolation
    ) -> RGBImage {
        precondition(
            min(width, height, horizontal.kept.count, vertical.kept.count) > 0, "a side of 0 cannot be resized")
        if horizontal.isIdentity && vertical.isIdentity { return self }
        if interpolation == .nearest { return nearest(horizontal.nearest, vertical.nearest) }
        return Resizer(horizontal, vertical, by: interpolation).resized(self)
    }

    /// The pixels at these columns of these rows.
    private func nearest(_ columns: [Int], _ rows: [Int]) -> RGBImage {
        RGBImage(
            width: columns.count, height: rows.count,
            pixels: filled(count: columns.count * rows.count * 3) { source, target in
                var to = target
                for row in rows {
                    for column in columns {
                        to.copyMemory(from: source + (row * width + column) * 3, byteCount: 3)
                        to += 3
                    }
                }
            })
    }
}
