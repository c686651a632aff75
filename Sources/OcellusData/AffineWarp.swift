import OcellusImages

/// The affine warp of a picture by bilinear interpolation, fused with normalisation: each output pixel is read once from the
/// 8-bit source, interpolated in float, and stored as `value × scale + offset`.
///
/// Source places are kept as fixed-point numbers (32 bits after the point): the step along a row is one exact addition, the
/// columns that read within the picture are found by division, and only those outside of them are clamped.
package struct AffineWarp {
    private let scale: SIMD4<Float>
    private let offset: SIMD4<Float>
    private let isReversed: Bool

    /// A warp whose output is normalised as `preprocessing` says.
    package init(_ preprocessing: Preprocessing) {
        var scale = SIMD4<Float>()
        var offset = SIMD4<Float>()
        for channel in 0..<3 {
            // Preprocessing gives them in the output's order.
            let place = preprocessing.channelOrder == .bgr ? 2 - channel : channel
            let deviation = preprocessing.standardDeviation[place]
            scale[channel] = Float(preprocessing.scale / deviation)
            offset[channel] = Float(-preprocessing.mean[place] / deviation)
        }
        self.scale = scale
        self.offset = offset
        isReversed = preprocessing.channelOrder == .bgr
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
                source: source, width: width, height: height, scale: scale, offset: offset, isReversed: isReversed)
            for row in 0..<height {
                let x = FixedPoint.start(places.x + places.xPerRow * Double(row))
                let y = FixedPoint.start(places.y + places.yPerRow * Double(row))
                // One pixel and one column short of what could be: see `readInside`.
                let inside = FixedPoint.steps(from: x, by: stepX, within: Int64(width - 2) << 32, count: width)
                    .clamped(to: FixedPoint.steps(from: y, by: stepY, within: Int64(height - 1) << 32, count: width))
                    .clamped(to: 0..<width - 1)
                let line = target + row * width * 3
                rows.readClamped(x, y, stepX, stepY, columns: 0..<inside.lowerBound, to: line)
                // The two calls are two loops, so that neither asks at each pixel.
                if isReversed {
                    rows.readInside(x, y, stepX, stepY, columns: inside, isReversed: true, to: line)
                } else {
                    rows.readInside(x, y, stepX, stepY, columns: inside, isReversed: false, to: line)
                }
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
    /// In the source's order of channels, as is `offset`.
    let scale: SIMD4<Float>
    let offset: SIMD4<Float>
    /// Whether the output's channels stand in the opposite order.
    let isReversed: Bool

    /// Columns whose four neighbours, and one pixel more, lie within the picture: so four bytes can be read for the three of
    /// a pixel. Four numbers are stored for three as well; the fourth is overwritten by the next column, which therefore
    /// has to exist in the row.
    @inline(__always)
    func readInside(
        _ startX: Int64, _ startY: Int64, _ stepX: Int64, _ stepY: Int64, columns: Range<Int>,
        isReversed: Bool, to line: UnsafeMutablePointer<Float>
    ) {
        var x = startX &+ Int64(columns.lowerBound) &* stepX
        var y = startY &+ Int64(columns.lowerBound) &* stepY
        let stride = width &* 3
        let target = UnsafeMutableRawPointer(line)
        for column in columns {
            let corner = UnsafeRawPointer(source) + (Int(y >> 32) &* stride &+ Int(x >> 32) &* 3)
            let value = blend(
                Self.four(corner), Self.four(corner + 3), Self.four(corner + stride), Self.four(corner + stride + 3), x,
                y)
            let ordered = isReversed ? SIMD4(value[2], value[1], value[0], value[3]) : value
            target.storeBytes(of: ordered, toByteOffset: column &* 12, as: SIMD4<Float>.self)
            x &+= stepX
            y &+= stepY
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
            let value = blend(
                three(top * width + left), three(top * width + right), three(bottom * width + left),
                three(bottom * width + right), x, y)
            line[column * 3] = isReversed ? value[2] : value[0]
            line[column * 3 + 1] = value[1]
            line[column * 3 + 2] = isReversed ? value[0] : value[2]
        }
    }

    @inline(__always)
    private func blend(
        _ topLeft: SIMD4<Float>, _ topRight: SIMD4<Float>, _ bottomLeft: SIMD4<Float>, _ bottomRight: SIMD4<Float>,
        _ x: Int64, _ y: Int64
    ) -> SIMD4<Float> {
        let right = Float(Int32(truncatingIfNeeded: (x >> 8) & 0xFF_FFFF)) * 0x1p-24
        let bottom = Float(Int32(truncatingIfNeeded: (y >> 8) & 0xFF_FFFF)) * 0x1p-24
        let top = topLeft + (topRight - topLeft) * right
        let low = bottomLeft + (bottomRight - bottomLeft) * right
        return (top + (low - top) * bottom) * scale + offset
    }

    /// The three samples of a pixel and the one after them.
    @inline(__always)
    private static func four(_ place: UnsafeRawPointer) -> SIMD4<Float> {
        let bytes = unsafeBitCast(place.loadUnaligned(as: UInt32.self), to: SIMD4<UInt8>.self)
        return SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: bytes))
    }

    /// The three samples of a pixel alone.
    @inline(__always)
    private func three(_ pixel: Int) -> SIMD4<Float> {
        SIMD4(Float(source[pixel * 3]), Float(source[pixel * 3 + 1]), Float(source[pixel * 3 + 2]), 0)
    }
}
