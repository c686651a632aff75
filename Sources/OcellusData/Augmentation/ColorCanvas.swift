/// A picture whose colours are being changed: 8-bit RGB, and a table a channel of what is still to be done to its samples.
///
/// Changes that depend on a sample alone (brightness, contrast, posterize, …) only change the tables, and what they need to
/// know of the picture comes from one histogram; the tables are joined with normalisation in the end. So most draws cost one pass
/// over the picture.
final class ColorCanvas {
    let width: Int
    let height: Int
    /// `height × width × 3` samples, before the tables.
    let pixels: UnsafeMutableBufferPointer<UInt8>
    /// 256 entries a channel.
    private(set) var tables: [[UInt8]] = ColorCanvas.identity
    private var isTableIdentity = true
    private var histogram: [[Int]]?

    private static let identity = [[UInt8]](repeating: (0...255).map { UInt8($0) }, count: 3)

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = .allocate(capacity: width * height * 3)
        pixels.initialize(repeating: 0)
    }

    deinit { pixels.deallocate() }

    /// Begins with another picture.
    ///
    /// - Precondition: `samples` has `height × width × 3` elements.
    func load(_ samples: UnsafeBufferPointer<UInt8>) {
        _ = pixels.update(fromContentsOf: samples)
        reset()
    }

    /// Begins with another picture, given as numbers in 0…255, which are rounded.
    func load(rounding samples: UnsafeBufferPointer<Float>) {
        precondition(samples.count == pixels.count, "the picture has the canvas's size")
        for index in 0..<samples.count {
            // 2²³ and more are whole numbers, whose last bits are the number.
            pixels[index] = UInt8(truncatingIfNeeded: (samples[index] + 0x1p23).bitPattern)
        }
        reset()
    }

    private func reset() {
        if !isTableIdentity { tables = Self.identity }
        isTableIdentity = true
        histogram = nil
    }

    /// Changes samples by a function of each alone.
    func map(_ transform: (_ channel: Int, _ sample: UInt8) -> UInt8) {
        for channel in 0..<3 {
            for sample in 0..<256 { tables[channel][sample] = transform(channel, tables[channel][sample]) }
        }
        isTableIdentity = false
    }

    /// How many samples of each channel have each value, after the tables.
    func counts() -> [[Int]] {
        let raw = histogram ?? countPixels()
        histogram = raw
        guard !isTableIdentity else { return raw }
        return (0..<3).map { channel in
            var counts = [Int](repeating: 0, count: 256)
            for sample in 0..<256 { counts[Int(tables[channel][sample])] += raw[channel][sample] }
            return counts
        }
    }

    private func countPixels() -> [[Int]] {
        // Even and odd pixels apart: equal neighbours would wait for each other.
        var counts = [UInt32](repeating: 0, count: 6 * 256)
        counts.withUnsafeMutableBufferPointer { counts in
            for pixel in 0..<width * height {
                let bank = (pixel & 1) * 768
                counts[bank + Int(pixels[3 * pixel])] += 1
                counts[bank + 256 + Int(pixels[3 * pixel + 1])] += 1
                counts[bank + 512 + Int(pixels[3 * pixel + 2])] += 1
            }
        }
        return (0..<3).map { channel in
            (0..<256).map { Int(counts[channel * 256 + $0]) + Int(counts[768 + channel * 256 + $0]) }
        }
    }

    /// Applies the tables, for a change that needs whole pixels and writes `pixels` itself.
    func settle() {
        histogram = nil
        guard !isTableIdentity else { return }
        let (red, green, blue) = (tables[0], tables[1], tables[2])
        red.withUnsafeBufferPointer { red in
            green.withUnsafeBufferPointer { green in
                blue.withUnsafeBufferPointer { blue in
                    for pixel in 0..<width * height {
                        pixels[3 * pixel] = red[Int(pixels[3 * pixel])]
                        pixels[3 * pixel + 1] = green[Int(pixels[3 * pixel + 1])]
                        pixels[3 * pixel + 2] = blue[Int(pixels[3 * pixel + 2])]
                    }
                }
            }
        }
        reset()
    }
}
