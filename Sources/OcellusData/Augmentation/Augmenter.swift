import OcellusImages

/// Brings pictures at the network's size into it, changed and normalised. For one thread at a time.
package final class Augmenter {
    private let preprocessing: Preprocessing
    private let warp: AffineWarp
    private let plainWarp = AffineWarp()
    private lazy var canvas = ColorCanvas(width: preprocessing.width, height: preprocessing.height)

    /// - Parameter preprocessing: what pictures are normalised by.
    package init(_ preprocessing: Preprocessing) {
        self.preprocessing = preprocessing
        warp = AffineWarp(preprocessing)
    }

    /// Writes a changed picture.
    ///
    /// - Precondition: the picture has the network's size.
    /// - Parameter output: `height × width × 3` numbers.
    package func apply(
        _ change: PictureChange, to picture: RGBImage, into output: UnsafeMutableBufferPointer<Float>
    ) {
        let places = change.sourcePlaces(width: picture.width, height: picture.height)
        if change.colors.isEmpty {
            warp.apply(picture, places, fill: change.fill, into: output)
        } else {
            if change.movesNothing {
                picture.pixels.withUnsafeBufferPointer(canvas.load)
            } else {
                plainWarp.apply(picture, places, fill: change.fill, into: output)
                canvas.load(rounding: UnsafeBufferPointer(output))
            }
            for color in change.colors { canvas.apply(color) }
            preprocessing.normalize(UnsafeBufferPointer(canvas.pixels), through: canvas.tables, into: output)
        }
        if let erased = change.erased { erase(erased, in: output) }
    }

    private func erase(_ part: PixelRectangle, in output: UnsafeMutableBufferPointer<Float>) {
        for row in part.top..<part.top + part.height {
            let start = (row * preprocessing.width + part.left) * 3
            output[start..<start + part.width * 3].update(repeating: 0)
        }
    }
}
