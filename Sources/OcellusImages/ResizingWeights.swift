import CSIMD

/// The fixed-point weights of one axis of an antialiased bilinear resize: a triangle as wide as two source pixels, or
/// two target pixels where those are larger, centred on each target pixel and normalised to a sum of one.
///
/// The arithmetic is Pillow's (`Image.resize(…, BILINEAR)`), to the bit: the weights are computed in `Double` and
/// rounded to 22 binary places.
struct ResizingWeights {
    /// Binary places of a weight: 8 bits of sample and 22 of weight leave a sum room in 32 bits.
    static let places = Int(SIMD_RESIZE_PLACES)

    /// For each target pixel the first source pixel that it takes from, and how many.
    private(set) var ranges: [(first: Int, count: Int)] = []
    /// The weights of target pixel `i` start at `i × stride`.
    private(set) var weights: [Int32] = []
    let stride: Int

    init(from source: Int, to target: Int) {
        let scale = Double(source) / Double(target)
        let reach = max(scale, 1)
        stride = Int(reach.rounded(.up)) * 2 + 1
        weights.reserveCapacity(target * stride)
        ranges.reserveCapacity(target)
        var exact = [Double](repeating: 0, count: stride)
        for index in 0..<target {
            let center = (Double(index) + 0.5) * scale
            let first = max(Int(center - reach + 0.5), 0)
            let end = min(Int(center + reach + 0.5), source)
            var sum = 0.0
            for tap in 0..<(end - first) {
                let distance = abs((Double(tap + first) - center + 0.5) * (1 / reach))
                exact[tap] = max(1 - distance, 0)
                sum += exact[tap]
            }
            for tap in 0..<stride {
                let weight = tap < end - first ? exact[tap] / sum : 0
                weights.append(Int32(weight * Double(1 << Self.places) + 0.5))
            }
            ranges.append((first, end - first))
        }
    }

    /// A weight's lower and upper binary places, as the kernels take them.
    static func parts(_ weight: Int32) -> (low: Int16, high: Int16) {
        let low = weight & (1 << SIMD_RESIZE_LOW_PLACES - 1)
        return (Int16(low), Int16(weight >> SIMD_RESIZE_LOW_PLACES))
    }
}
