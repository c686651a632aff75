extension Preprocessing {
    /// Writes a resized picture's values as `[height, width, 3]`, ready for a network.
    ///
    /// - Precondition: `image` has the network's size and `values` room for `valueCount`.
    public func normalize(_ image: RGBImage, into values: UnsafeMutableBufferPointer<Float>) {
        precondition(image.width == width && image.height == height, "the picture has not the network's size")
        precondition(values.count >= valueCount, "an input has height × width × 3 values")
        let tables = (valueTable(channel: 0), valueTable(channel: 1), valueTable(channel: 2))
        let (first, third) = channelOrder == .rgb ? (0, 2) : (2, 0)
        image.pixels.withUnsafeBufferPointer { pixels in
            for start in stride(from: 0, to: pixels.count, by: 3) {
                values[start] = tables.0[Int(pixels[start + first])]
                values[start + 1] = tables.1[Int(pixels[start + 1])]
                values[start + 2] = tables.2[Int(pixels[start + third])]
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
}
