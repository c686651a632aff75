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
        let narrowed = newWidth == width ? self : resizingRows(ResizingWeights(from: width, to: newWidth))
        return newHeight == height
            ? narrowed : narrowed.resizingColumns(ResizingWeights(from: height, to: newHeight))
    }

    private func resizingRows(_ axis: ResizingWeights) -> RGBImage {
        let newWidth = axis.ranges.count
        let resized = filled(count: newWidth * height * 3) { source, target in
            axis.weights.withUnsafeBufferPointer { weights in
                for y in 0..<height {
                    resizeRow(source + y * width * 3, axis.ranges, weights, axis.stride, target + y * newWidth * 3)
                }
            }
        }
        return RGBImage(width: newWidth, height: height, pixels: resized)
    }

    private func resizingColumns(_ axis: ResizingWeights) -> RGBImage {
        let newHeight = axis.ranges.count
        let rowBytes = width * 3
        let resized = filled(count: newHeight * rowBytes) { source, target in
            axis.weights.withUnsafeBufferPointer { weights in
                for (y, range) in axis.ranges.enumerated() {
                    let first = y * axis.stride
                    mixRows(
                        source + range.first * rowBytes, rowBytes, weights[first..<(first + range.count)],
                        target + y * rowBytes)
                }
            }
        }
        return RGBImage(width: width, height: newHeight, pixels: resized)
    }
}

/// One row: each target pixel is a weighted sum of neighbouring source pixels, its channels side by side in a vector.
private func resizeRow(
    _ source: UnsafeRawPointer, _ ranges: [(first: Int, count: Int)], _ weights: UnsafeBufferPointer<Int32>,
    _ stride: Int, _ target: UnsafeMutableRawPointer
) {
    for x in ranges.indices {
        let (first, count) = ranges[x]
        var sum = SIMD4<Int32>(repeating: 1 << (ResizingWeights.places - 1))
        let last = count - 1
        for tap in 0..<last {
            // Four bytes, of which the fourth belongs to the next pixel; the last pixel, which may end the memory, has
            // no next.
            let word = source.loadUnaligned(fromByteOffset: (first + tap) * 3, as: UInt32.self)
            sum &+= vector(word) &* weights[x * stride + tap]
        }
        let end = (first + last) * 3
        let word =
            UInt32(source.load(fromByteOffset: end, as: UInt8.self))
            | UInt32(source.load(fromByteOffset: end + 1, as: UInt8.self)) << 8
            | UInt32(source.load(fromByteOffset: end + 2, as: UInt8.self)) << 16
        sum &+= vector(word) &* weights[x * stride + last]
        let mean = SIMD4<UInt8>(truncatingIfNeeded: rounded(sum))
        target.storeBytes(of: mean[0], toByteOffset: x * 3, as: UInt8.self)
        target.storeBytes(of: mean[1], toByteOffset: x * 3 + 1, as: UInt8.self)
        target.storeBytes(of: mean[2], toByteOffset: x * 3 + 2, as: UInt8.self)
    }
}

/// Weighted sums as samples. Rounded weights may add up to a little over one.
@inline(__always)
private func rounded<Sums: SIMD>(_ sums: Sums) -> Sums where Sums.Scalar == Int32 {
    pointwiseMin(sums &>> Sums(repeating: Int32(ResizingWeights.places)), Sums(repeating: 255))
}

/// The four bytes of a word, the lowest first.
@inline(__always)
private func vector(_ word: UInt32) -> SIMD4<Int32> {
    SIMD4<Int32>(truncatingIfNeeded: unsafeBitCast(word.littleEndian, to: SIMD4<UInt8>.self))
}

/// One target row: a weighted sum of source rows that follow one another, sixteen samples at a time.
private func mixRows(
    _ source: UnsafeRawPointer, _ rowBytes: Int, _ weights: Slice<UnsafeBufferPointer<Int32>>,
    _ target: UnsafeMutableRawPointer
) {
    let half = Int32(1) << (ResizingWeights.places - 1)
    var offset = 0
    while offset + 16 <= rowBytes {
        var sum = SIMD16<Int32>(repeating: half)
        var place = offset
        for weight in weights {
            let samples = source.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
            sum &+= SIMD16<Int32>(truncatingIfNeeded: samples) &* weight
            place += rowBytes
        }
        let mean = SIMD16<UInt8>(truncatingIfNeeded: rounded(sum))
        target.storeBytes(of: mean, toByteOffset: offset, as: SIMD16<UInt8>.self)
        offset += 16
    }
    while offset < rowBytes {
        var sum = half
        var place = offset
        for weight in weights {
            sum &+= Int32(source.load(fromByteOffset: place, as: UInt8.self)) &* weight
            place += rowBytes
        }
        target.storeBytes(
            of: UInt8(truncatingIfNeeded: min(sum >> ResizingWeights.places, 255)), toByteOffset: offset, as: UInt8.self
        )
        offset += 1
    }
}
