import CSIMD

/// Resizes pictures from one size to another, with weights and memory that are made once. For one thread at a time.
final class Resizer {
    /// What becomes of the rows' pixels and of the columns'.
    let (horizontal, vertical): (ResizingAxis, ResizingAxis)

    private let kernels = simd_best_kernels().pointee.pictures.pointee
    private let rows: PackedRowWeights?
    private let columns: PackedColumnWeights
    /// The source rows that are needed.
    private let neededRows: Range<Int>
    /// Those rows resized, `middleStride` bytes apart.
    private let middle: UnsafeMutablePointer<UInt8>
    private let middleStride: Int

    /// A resizer by the rule of ``RGBImage/resized(width:height:interpolation:)``.
    ///
    /// - Precondition: No side is 0; the interpolation is not `nearest`.
    init(_ horizontal: ResizingAxis, _ vertical: ResizingAxis, by interpolation: Interpolation) {
        (self.horizontal, self.vertical) = (horizontal, vertical)
        rows = horizontal.isIdentity ? nil : PackedRowWeights(ResizingWeights(horizontal, by: interpolation))
        columns = PackedColumnWeights(ResizingWeights(vertical, by: interpolation))
        let first = columns.ranges.map(\.first).min() ?? 0
        neededRows = first..<(columns.ranges.map { $0.first + $0.count }.max() ?? first)
        // The last pixel of a row is stored as a word.
        middleStride = horizontal.kept.count * 3 + 1
        middle = .allocate(capacity: rows == nil ? 0 : middleStride * neededRows.count)
    }

    deinit { middle.deallocate() }

    /// A picture of the size that it was made for at the other size.
    func resized(_ image: RGBImage) -> RGBImage {
        precondition(
            (image.width, image.height) == (horizontal.source, vertical.source), "the picture has another size")
        let (width, height) = (horizontal.kept.count, vertical.kept.count)
        return RGBImage(
            width: width, height: height,
            pixels: image.filled(count: width * height * 3) { source, target in
                apply(
                    source.assumingMemoryBound(to: UInt8.self), target.assumingMemoryBound(to: UInt8.self),
                    rowBytes: width * 3)
            })
    }

    private func apply(_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, rowBytes: Int) {
        let sourceStride = horizontal.source * 3
        let needed = source + neededRows.lowerBound * sourceStride
        rows?.withResize(from: horizontal.source, to: horizontal.kept.count) {
            kernels.resizeRows($0, needed, sourceStride, neededRows.count, middle, middleStride)
        }
        let (from, stride) = rows == nil ? (needed, sourceStride) : (UnsafePointer(middle), middleStride)
        columns.weights.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            for (y, range) in columns.ranges.enumerated() {
                kernels.mixRows(
                    from + (range.first - neededRows.lowerBound) * stride, stride, weights + y * columns.stride,
                    range.count, rowBytes, target + y * rowBytes)
            }
        }
    }
}

/// Weights as `resizeRows` takes them.
private struct PackedRowWeights {
    private let first: [Int32]
    private let groups: Int
    private let weights: [Int16]

    init(_ axis: ResizingWeights) {
        first = axis.ranges.map { Int32($0.first) }
        let groups = ((axis.ranges.map(\.count).max() ?? 0) + 3) / 4
        var weights = [Int16](repeating: 0, count: axis.ranges.count * groups * Int(SIMD_RESIZE_GROUP))
        for (target, range) in axis.ranges.enumerated() {
            for tap in 0..<range.count {
                let parts = ResizingWeights.parts(axis.weights[target * axis.stride + tap])
                // Pairs of taps: the second pair of a group comes eight numbers after the first.
                let group = (target * groups + tap / 4) * Int(SIMD_RESIZE_GROUP)
                let place = group + tap % 4 / 2 * 8 + tap % 2
                for channel in 0..<3 {
                    weights[place + channel * 2] = parts.low
                    weights[place + channel * 2 + 16] = parts.high
                }
            }
        }
        self.groups = groups
        self.weights = weights
    }

    func withResize(from width: Int, to newWidth: Int, _ body: (UnsafePointer<simd_resize>) -> Void) {
        first.withUnsafeBufferPointer { first in
            weights.withUnsafeBufferPointer { weights in
                guard let first = first.baseAddress, let weights = weights.baseAddress else { return }
                var resize = simd_resize(
                    sourceWidth: width, targetWidth: newWidth, first: first, groups: groups, weights: weights)
                body(&resize)
            }
        }
    }
}

/// Weights as `mixRows` takes them; those of target row `i` start at `i × stride`.
private struct PackedColumnWeights {
    let ranges: [(first: Int, count: Int)]
    let stride: Int
    let weights: [Int16]

    init(_ axis: ResizingWeights) {
        ranges = axis.ranges
        stride = (axis.stride + 1) / 2 * 4
        var weights = [Int16](repeating: 0, count: ranges.count * stride)
        for (target, range) in ranges.enumerated() {
            for tap in 0..<range.count {
                let parts = ResizingWeights.parts(axis.weights[target * axis.stride + tap])
                let place = target * stride + tap / 2 * 4 + tap % 2
                weights[place] = parts.low
                weights[place + 2] = parts.high
            }
        }
        self.weights = weights
    }
}
