import OcellusImages

/// The affine warp of a picture by bilinear interpolation, fused with normalisation: each output pixel is read once from the
/// 8-bit source, interpolated in float, and stored as `value × scale + offset`.
///
/// Source places are kept as fixed-point numbers (32 bits after the point): the step along a row is one exact addition, the
/// columns that read within the picture are found by division, and only those outside of them are clamped.
package struct AffineWarp {
    private let scale: SIMD4<Float>
    private let offset: SIMD4<Float>
    /// The source's channel that becomes the first of the output, and the one that becomes the third.
    private let first: Int
    private let third: Int

    /// A warp whose output is normalised as `preprocessing` says.
    package init(_ preprocessing: Preprocessing) {
        var scale = SIMD4<Float>()
        var offset = SIMD4<Float>()
        for channel in 0..<3 {
            let deviation = preprocessing.standardDeviation[channel]
            scale[channel] = Float(preprocessing.scale / deviation)
            offset[channel] = Float(-preprocessing.mean[channel] / deviation)
        }
        self.scale = scale
        self.offset = offset
        (first, third) = preprocessing.channelOrder == .rgb ? (0, 2) : (2, 0)
    }

    /// Warps `image` to a float picture of its size.
    ///
    /// - Parameter output: `height × width × 3` numbers.
    package func apply(
        _ image: RGBImage, _ parameters: AffineParameters, into output: UnsafeMutableBufferPointer<Float>
    ) {
        let (width, height) = (image.width, image.height)
        precondition(output.count == width * height * 3, "the output has the picture's size")
        guard width > 0, height > 0, let target = output.baseAddress else { return }
        let places = parameters.sourcePlaces(width: width, height: height)
        let stepX = FixedPoint.step(places.xPerColumn)
        let stepY = FixedPoint.step(places.yPerColumn)
        image.pixels.withUnsafeBufferPointer { pixels in
            guard let source = pixels.baseAddress else { return }
            let rows = Rows(
                source: source, width: width, height: height, first: first, third: third, scale: scale, offset: offset)
            for row in 0..<height {
                let x = FixedPoint.start(places.x + places.xPerRow * Double(row))
                let y = FixedPoint.start(places.y + places.yPerRow * Double(row))
                var inside = FixedPoint.steps(from: x, by: stepX, within: Int64(width - 1) << 32, count: width)
                inside = inside.clamped(
                    to: FixedPoint.steps(from: y, by: stepY, within: Int64(height - 1) << 32, count: width))
                let line = target + row * width * 3
                rows.readClamped(x, y, stepX, stepY, columns: 0..<inside.lowerBound, to: line)
                rows.readInside(x, y, stepX, stepY, columns: inside, to: line)
                rows.readClamped(x, y, stepX, stepY, columns: inside.upperBound..<width, to: line)
            }
        }
    }
}

/// Numbers with 32 bits after the point.
private enum FixedPoint {
    /// Bounds keep `start + step × column` within 64 bits for pictures up to 65,536 pixels wide.
    static func start(_ value: Double) -> Int64 { fixed(value, bound: 0x1p28) }
    static func step(_ value: Double) -> Int64 { fixed(value, bound: 0x1p12) }

    private static func fixed(_ value: Double, bound: Double) -> Int64 {
        value.isNaN ? 0 : Int64((max(-bound, min(bound, value)) * 0x1p32).rounded())
    }

    /// The columns whose place is in `0 ..< limit`.
    static func steps(from start: Int64, by step: Int64, within limit: Int64, count: Int) -> Range<Int> {
        guard step != 0 else { return start >= 0 && start < limit ? 0..<count : 0..<0 }
        let first: Int64
        let end: Int64
        if step > 0 {
            first = ceilingQuotient(-start, step)
            end = ceilingQuotient(limit - start, step)
        } else {
            first = ceilingQuotient(start - limit + 1, -step)
            end = ceilingQuotient(start + 1, -step)
        }
        let lower = max(0, min(first, Int64(count)))
        return Int(lower)..<Int(max(lower, min(end, Int64(count))))
    }

    /// The quotient rounded up; the divisor is positive.
    private static func ceilingQuotient(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let quotient = dividend / divisor
        return dividend % divisor > 0 ? quotient + 1 : quotient
    }
}

/// The innermost loops.
private struct Rows {
    let source: UnsafePointer<UInt8>
    let width: Int
    let height: Int
    let first: Int
    let third: Int
    let scale: SIMD4<Float>
    let offset: SIMD4<Float>

    /// Columns whose four neighbours all lie within the picture.
    @inline(__always)
    func readInside(
        _ startX: Int64, _ startY: Int64, _ stepX: Int64, _ stepY: Int64, columns: Range<Int>,
        to line: UnsafeMutablePointer<Float>
    ) {
        var x = startX &+ Int64(columns.lowerBound) &* stepX
        var y = startY &+ Int64(columns.lowerBound) &* stepY
        let stride = width &* 3
        var target = line + columns.lowerBound &* 3
        for _ in columns {
            let corner = source + (Int(y >> 32) &* stride &+ Int(x >> 32) &* 3)
            blend(corner, corner + 3, corner + stride, corner + stride + 3, x, y, target)
            x &+= stepX
            y &+= stepY
            target += 3
        }
    }

    /// Columns that may read outside: the nearest pixel of the border stands there.
    func readClamped(
        _ startX: Int64, _ startY: Int64, _ stepX: Int64, _ stepY: Int64, columns: Range<Int>,
        to line: UnsafeMutablePointer<Float>
    ) {
        let lastX = Int64(width - 1) << 32
        let lastY = Int64(height - 1) << 32
        for column in columns {
            let x = max(0, min(lastX, startX &+ Int64(column) &* stepX))
            let y = max(0, min(lastY, startY &+ Int64(column) &* stepY))
            let (left, top) = (Int(x >> 32), Int(y >> 32))
            let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
            blend(
                source + (top * width + left) * 3, source + (top * width + right) * 3,
                source + (bottom * width + left) * 3, source + (bottom * width + right) * 3, x, y, line + column * 3)
        }
    }

    @inline(__always)
    private func blend(
        _ topLeft: UnsafePointer<UInt8>, _ topRight: UnsafePointer<UInt8>, _ bottomLeft: UnsafePointer<UInt8>,
        _ bottomRight: UnsafePointer<UInt8>, _ x: Int64, _ y: Int64, _ target: UnsafeMutablePointer<Float>
    ) {
        let right = Float(Int32(truncatingIfNeeded: (x >> 8) & 0xFF_FFFF)) * 0x1p-24
        let bottom = Float(Int32(truncatingIfNeeded: (y >> 8) & 0xFF_FFFF)) * 0x1p-24
        let (a, b) = (pixel(topLeft), pixel(topRight))
        let (c, d) = (pixel(bottomLeft), pixel(bottomRight))
        let top = a + (b - a) * right
        let low = c + (d - c) * right
        let value = (top + (low - top) * bottom) * scale + offset
        target[0] = value[0]
        target[1] = value[1]
        target[2] = value[2]
    }

    @inline(__always)
    private func pixel(_ place: UnsafePointer<UInt8>) -> SIMD4<Float> {
        SIMD4(Float(Int32(place[first])), Float(Int32(place[1])), Float(Int32(place[third])), 0)
    }
}
