import CSIMD

/// The fixed-point weights of one axis of an antialiased resize: a filter as wide as the source's pixels, or the target's
/// where those are larger, centred on each target pixel and normalised to a sum of one.
///
/// The arithmetic is Pillow's (`Image.resize`), to the bit: the weights are computed in `Double` and rounded to 22 binary
/// places.
struct ResizingWeights {
    /// Binary places of a weight: 8 bits of sample and 22 of weight leave a sum room in 32 bits.
    static let places = Int(SIMD_RESIZE_PLACES)

    /// For each kept pixel the first source pixel that it takes from, and how many.
    private(set) var ranges: [(first: Int, count: Int)] = []
    /// The weights of kept pixel `i` start at `i × stride`.
    private(set) var weights: [Int32] = []
    let stride: Int

    init(_ axis: ResizingAxis, by filter: Interpolation) {
        let scale = axis.scale
        let width = max(scale, 1)
        let reach = filter.reach * width
        stride = Int(reach.rounded(.up)) * 2 + 1
        weights.reserveCapacity(axis.kept.count * stride)
        ranges.reserveCapacity(axis.kept.count)
        var exact = [Double](repeating: 0, count: stride)
        for index in axis.kept {
            let center = Double(axis.start) + (Double(index) + 0.5) * scale
            let first = max(Int(center - reach + 0.5), 0)
            let end = min(Int(center + reach + 0.5), axis.source)
            var sum = 0.0
            for tap in 0..<(end - first) {
                exact[tap] = filter.weight(at: (Double(tap + first) - center + 0.5) * (1 / width))
                sum += exact[tap]
            }
            for tap in 0..<stride {
                let weight = tap < end - first ? exact[tap] / sum : 0
                weights.append(Int32(weight * Double(1 << Self.places) + (weight < 0 ? -0.5 : 0.5)))
            }
            ranges.append((first, end - first))
        }
    }

    /// A weight's lower and upper binary places, as the kernels take them; the upper bear the sign.
    static func parts(_ weight: Int32) -> (low: Int16, high: Int16) {
        let low = weight & (1 << SIMD_RESIZE_LOW_PLACES - 1)
        return (Int16(low), Int16(weight >> SIMD_RESIZE_LOW_PLACES))
    }
}
