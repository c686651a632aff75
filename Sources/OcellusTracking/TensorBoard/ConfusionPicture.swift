import Ocellus

/// A confusion matrix as a picture: squares, the darker the larger the part of their row, with counts in them where there is room.
enum ConfusionPicture {
    /// The shapes of the digits: five rows of three pixels, the left one the highest bit.
    private static let digits: [[UInt8]] = [
        [7, 5, 5, 5, 7], [2, 6, 2, 2, 7], [7, 1, 7, 4, 7], [7, 1, 7, 1, 7], [5, 5, 7, 1, 1],
        [7, 4, 7, 1, 7], [7, 4, 7, 5, 7], [7, 1, 1, 1, 1], [7, 5, 7, 5, 7], [7, 5, 7, 1, 7],
    ]

    static func of(_ results: PictureResults) -> RGBImage {
        let count = results.classes.count
        let side = max(4, min(64, 640 / max(count, 1)))
        var counts = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
        for entry in results.entries { counts[entry.label][entry.predicted] += 1 }
        let width = count * side
        var pixels = [UInt8](repeating: 0, count: width * width * 3)
        func set(_ x: Int, _ y: Int, _ color: [Double]) {
            for channel in 0..<3 { pixels[(y * width + x) * 3 + channel] = UInt8(color[channel].rounded()) }
        }
        for (truth, row) in counts.enumerated() {
            let support = Double(max(row.reduce(0, +), 1))
            for (predicted, value) in row.enumerated() {
                let part = Double(value) / support
                let (left, top) = (predicted * side, truth * side)
                for y in 0..<side {
                    for x in 0..<side {
                        let shade = x == 0 || y == 0 ? 0.15 : part
                        set(left + x, top + y, [250 - 240 * shade, 250 - 170 * shade, 250 - 80 * shade])
                    }
                }
                let ink = part > 0.5 ? [255.0, 255, 255] : [20, 25, 30]
                for (x, y) in places(of: value, side: side) { set(left + x, top + y, ink) }
            }
        }
        return RGBImage(width: width, height: width, pixels: pixels)
    }

    /// The pixels of a number in the middle of a square; none where it is too small for that.
    private static func places(of value: Int, side: Int) -> [(x: Int, y: Int)] {
        let shapes = String(value).compactMap(\.wholeNumberValue).map { digits[$0] }
        let columns = shapes.count * 4 - 1
        let scale = min(3, (side - 4) / columns, (side - 4) / 5)
        guard value > 0, scale > 0 else { return [] }
        let (left, top) = ((side - columns * scale) / 2, (side - 5 * scale) / 2)
        return (0..<5 * scale).flatMap { y in
            (0..<columns * scale).compactMap { x in
                let (digit, column) = (x / scale / 4, x / scale % 4)
                let isInked = column < 3 && shapes[digit][y / scale] >> (2 - column) & 1 == 1
                return isInked ? (left + x, top + y) : nil
            }
        }
    }
}
