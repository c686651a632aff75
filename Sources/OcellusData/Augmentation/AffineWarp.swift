import CSIMD
import OcellusImages

/// The affine warp of a picture by bilinear interpolation, fused with normalisation: each output pixel is read once from the
/// 8-bit source, interpolated in float, and stored as `value × scale + offset`. Outside of the picture the border's pixel is read; other fills
/// are written over that, a pixel at a time.
///
/// Source places are kept as fixed-point numbers (32 bits after the point): the step along a row is one exact addition, the
/// columns that read within the picture are found by division, and only those outside of them are clamped.
package struct AffineWarp {
    private let scale: (Float, Float, Float)
    private let offset: (Float, Float, Float)
    private let isReversed: Bool
    private let kernels = simd_best_kernels().pointee.pictures.pointee

    /// A warp whose output is normalised as `preprocessing` says.
    package init(_ preprocessing: Preprocessing) {
        isReversed = preprocessing.channelOrder == .bgr
        let (scales, offsets) = preprocessing.channelFactors
        scale = (scales[0], scales[1], scales[2])
        offset = (offsets[0], offsets[1], offsets[2])
    }

    /// A warp whose output is RGB, 0…255.
    init() {
        isReversed = false
        scale = (1, 1, 1)
        offset = (0, 0, 0)
    }

    /// Warps `image` to a float picture of its size.
    ///
    /// - Precondition: the picture has fewer than 2³¹ samples.
    /// - Parameters:
    ///   - places: where each output pixel is read.
    ///   - fill: what is read outside of the picture.
    ///   - output: `height × width × 3` numbers.
    package func apply(
        _ image: RGBImage, _ places: SourcePlaces, fill: PictureChange.Fill = PictureChange.Fill(),
        into output: UnsafeMutableBufferPointer<Float>
    ) {
        let (width, height) = (image.width, image.height)
        precondition(output.count == width * height * 3, "the output has the picture's size")
        precondition(output.count <= Int(Int32.max), "places in the picture are 32-bit numbers")
        guard width > 0, height > 0, let target = output.baseAddress else { return }
        let stepX = FixedPoint.step(places.xPerColumn)
        let stepY = FixedPoint.step(places.yPerColumn)
        image.pixels.withUnsafeBufferPointer { pixels in
            guard let source = pixels.baseAddress else { return }
            var warp = simd_warp(
                source: source, width: width, height: height, stepX: stepX, stepY: stepY, scale: scale, offset: offset,
                isReversed: isReversed)
            for row in 0..<height {
                let x = FixedPoint.start(places.x + places.xPerRow * Double(row))
                let y = FixedPoint.start(places.y + places.yPerRow * Double(row))
                // One pixel short of what could be: pixels are read as words.
                let inside = FixedPoint.steps(from: x, by: stepX, within: Int64(width - 2) << 32, count: width)
                    .clamped(to: FixedPoint.steps(from: y, by: stepY, within: Int64(height - 1) << 32, count: width))
                kernels.warpRow(&warp, x, y, inside.lowerBound, inside.upperBound, target + row * width * 3)
            }
            guard fill.mode != .nearest else { return }
            let outside = OutsidePixels(
                source: source, width: width, height: height, fill: fill, scale: scale, offset: offset,
                isReversed: isReversed)
            for row in 0..<height {
                let x = FixedPoint.start(places.x + places.xPerRow * Double(row))
                let y = FixedPoint.start(places.y + places.yPerRow * Double(row))
                let inside = FixedPoint.steps(from: x, by: stepX, within: Int64(width - 1) << 32 + 1, count: width)
                    .clamped(
                        to: FixedPoint.steps(from: y, by: stepY, within: Int64(height - 1) << 32 + 1, count: width))
                for columns in [0..<inside.lowerBound, inside.upperBound..<width] {
                    for column in columns {
                        outside.write(
                            x: FixedPoint.value(x + stepX * Int64(column)),
                            y: FixedPoint.value(y + stepY * Int64(column)),
                            to: target + (row * width + column) * 3)
                    }
                }
            }
        }
    }
}

/// Numbers with 32 bits after the point.
private enum FixedPoint {
    /// Bounds keep `start + step × column` within 64 bits for pictures up to 65,536 pixels wide.
    static func start(_ value: Double) -> Int64 { fixed(value, bound: 0x1p28) }
    static func step(_ value: Double) -> Int64 { fixed(value, bound: 0x1p12) }

    static func value(_ fixed: Int64) -> Double { Double(fixed) * 0x1p-32 }

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
