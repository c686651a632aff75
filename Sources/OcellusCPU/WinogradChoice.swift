/// What a 3×3 convolution costs with and without Winograd's transform, estimated in multiply-adds of the vector units.
struct WinogradChoice {
    let window: SlidingWindow
    let filter: PackedFilter
    /// Images of a batch.
    let samples: Int
    /// Whether the filter is transformed once, rather than in each step.
    let isConstant: Bool

    /// The tile size that costs least, or nil when plain products do.
    var best: Int? {
        let choices = [2, 4].map { (size: $0, cost: cost(size: $0)) }
        guard let best = choices.min(by: { $0.cost < $1.cost }), best.cost < directCost else { return nil }
        return best.size
    }

    private var weights: Double { Double(filter.channels * filter.columns) }

    private var directCost: Double { Double(samples * window.rows * window.columns * 9) * weights }

    private func cost(size: Int) -> Double {
        let tiles = WinogradTiles(window: window, size: size)
        let count = samples * tiles.perImage
        // Estimated: transforms cost as much as so many multiply-adds for a tile's channel, going in and coming out.
        let (inward, outward) = size == 4 ? (300.0, 220.0) : (90.0, 70.0)
        let transforms = Double(count) * (inward * Double(filter.channels) + outward * Double(filter.columns))
        let elements = Double(tiles.elements)
        let products = elements * Double(count) * weights
        // A transformed filter larger than second-level caches comes from further away for each block of tiles. Their size
        // here is a common one, not this machine's: the choice decides the result's bits.
        let isFar = elements * weights * 4 > 1e6
        let blocks = (count + 55) / 56
        let reading = isFar ? 16 * elements * weights * Double(blocks) : 0
        let transformingFilter = isConstant ? 0 : 16 * elements * weights
        return products + transforms + reading + transformingFilter
    }
}
