/// Lines of pixels of an NHWC picture, some of which may lie outside of it: a kernel then reads a copy with zeros around,
/// so that no innermost loop knows of borders.
struct PixelLines {
    /// The picture's extents.
    let height, width, channels: Int
    /// Columns wanted left and right of the picture.
    let padLeft, padRight: Int

    /// Lines of a picture of which columns `columns` are read.
    init(height: Int, width: Int, channels: Int, columns: ClosedRange<Int>) {
        self.height = height
        self.width = width
        self.channels = channels
        padLeft = max(0, -columns.lowerBound)
        padRight = max(0, columns.upperBound - (width - 1))
    }

    /// Floats from a line of a copy to the next.
    var paddedStride: Int { (padLeft + width + padRight) * channels }

    /// Floats of scratch memory that `lines(of:from:count:scratch:)` may need.
    func scratchCount(lines: Int) -> Int { lines * paddedStride }

    /// Lines `first ..< first + count` of a picture.
    /// - Returns: the pixel in line `first`, column 0, and the floats from a line to the next.
    func lines(
        of picture: UnsafePointer<Float>, from first: Int, count: Int, scratch: UnsafeMutablePointer<Float>
    ) -> (start: UnsafePointer<Float>, stride: Int) {
        if padLeft == 0, padRight == 0, first >= 0, first + count <= height {
            return (picture + first * width * channels, width * channels)
        }
        for line in 0..<count {
            let target = scratch + line * paddedStride
            let row = first + line
            guard row >= 0, row < height else {
                target.initialize(repeating: 0, count: paddedStride)
                continue
            }
            target.initialize(repeating: 0, count: padLeft * channels)
            (target + padLeft * channels).initialize(from: picture + row * width * channels, count: width * channels)
            (target + (padLeft + width) * channels).initialize(repeating: 0, count: padRight * channels)
        }
        return (UnsafePointer(scratch + padLeft * channels), paddedStride)
    }
}
