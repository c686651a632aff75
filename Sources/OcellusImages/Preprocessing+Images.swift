extension Preprocessing {
    /// Writes a resized picture's values as `[height, width, 3]`, ready for a network.
    ///
    /// - Precondition: `image` has the network's size and `values` room for `valueCount`.
    public func normalize(_ image: RGBImage, into values: UnsafeMutableBufferPointer<Float>) {
        precondition(image.width == width && image.height == height, "the picture has not the network's size")
        image.pixels.withUnsafeBufferPointer { normalize($0, through: [], into: values) }
    }

    /// Writes samples' values as `[height, width, 3]`, each first changed by its channel's table.
    ///
    /// - Precondition: `pixels` and `values` have `valueCount` elements.
    /// - Parameter tables: 256 samples a channel, red's first; none to change nothing.
    package func normalize(
        _ pixels: UnsafeBufferPointer<UInt8>, through tables: [[UInt8]], into values: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(pixels.count == valueCount, "a picture has height × width × 3 samples")
        precondition(values.count >= valueCount, "an input has height × width × 3 values")
        let (first, third) = channelOrder == .rgb ? (0, 2) : (2, 0)
        let places = [first, 1, third]
        let joined = (0..<3).map { channel in
            let table = valueTable(channel: channel)
            return tables.isEmpty ? table : tables[places[channel]].map { table[Int($0)] }
        }
        joined[0].withUnsafeBufferPointer { table0 in
            joined[1].withUnsafeBufferPointer { table1 in
                joined[2].withUnsafeBufferPointer { table2 in
                    for start in stride(from: 0, to: pixels.count, by: 3) {
                        values[start] = table0[Int(pixels[start + first])]
                        values[start + 1] = table1[Int(pixels[start + 1])]
                        values[start + 2] = table2[Int(pixels[start + third])]
                    }
                }
            }
        }
    }

    /// A network's input for a picture of any size: resized and normalised, as `[height, width, 3]`.
    public func callAsFunction(_ image: RGBImage) -> [Float] {
        let resized = resized(image)
        return [Float](unsafeUninitializedCapacity: valueCount) { values, initialized in
            normalize(resized, into: values)
            initialized = valueCount
        }
    }

    /// The value of each of the 256 samples in one channel of the input.
    private func valueTable(channel: Int) -> [Float] {
        (0...255).map { Float((Double($0) * scale - mean[channel]) / standardDeviation[channel]) }
    }

    /// The samples that normalised values stand for, nearest: what a person can look at.
    ///
    /// - Precondition: `values` has `valueCount` elements.
    package func denormalized(_ values: UnsafeBufferPointer<Float>) -> RGBImage {
        precondition(values.count == valueCount, "an input has height × width × 3 values")
        let places = channelOrder == .rgb ? [0, 1, 2] : [2, 1, 0]
        var pixels = [UInt8](repeating: 0, count: valueCount)
        for (index, value) in values.enumerated() {
            let channel = index % 3
            let sample = (Double(value) * standardDeviation[channel] + mean[channel]) / scale
            pixels[index - channel + places[channel]] = UInt8(max(0, min(255, sample.rounded())))
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}
