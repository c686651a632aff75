import CSIMD

/// Resizes pictures from one size to another, with weights and memory that are made once. For one thread at a time.
final class Resizer {
    /// What it was made for, and what it makes of it.
    let (width, height, newWidth, newHeight): (Int, Int, Int, Int)

    private let kernels = simd_best_kernels().pointee.pictures.pointee
    private let rows: PackedRowWeights?
    private let columns: PackedColumnWeights
    /// Resized rows, `middleStride` bytes apart.
    private let middle: UnsafeMutablePointer<UInt8>
    private let middleStride: Int

    /// A resizer by the rule of ``RGBImage/resized(width:height:)``.
    ///
    /// - Precondition: No side is 0.
    init(width: Int, height: Int, toWidth newWidth: Int, height newHeight: Int) {
        (self.width, self.height, self.newWidth, self.newHeight) = (width, height, newWidth, newHeight)
        rows = newWidth == width ? nil : PackedRowWeights(ResizingWeights(from: width, to: newWidth))
        columns = PackedColumnWeights(ResizingWeights(from: height, to: newHeight))
        // The last pixel of a row is stored as a word.
        middleStride = newWidth * 3 + 1
        middle = .allocate(capacity: rows == nil ? 0 : middleStride * height)
    }

    deinit { middle.deallocate() }

    /// A picture of the size that it was made for at the other size.
    func resized(_ image: RGBImage) -> RGBImage {
        precondition((image.width, image.height) == (width, height), "the picture has another size")
        let count = newWidth * newHeight * 3
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            image.pixels.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                apply(from, to)
                initialized = count
            }
        }
        return RGBImage(width: newWidth, height: newHeight, pixels: pixels)
    }

    private func apply(_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) {
        rows?.withResize(from: width, to: newWidth) {
            kernels.resizeRows($0, source, width * 3, height, middle, middleStride)
        }
        let (from, stride) = rows == nil ? (source, width * 3) : (UnsafePointer(middle), middleStride)
        columns.weights.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            for (y, range) in columns.ranges.enumerated() {
                kernels.mixRows(
                    from + range.first * stride, stride, weights + y * columns.stride, range.count, newWidth * 3,
                    target + y * newWidth * 3)
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
