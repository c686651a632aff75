/// What becomes of one axis of a picture: a stretch of it is resized to some pixels, of which some are kept.
struct ResizingAxis: Equatable {
    /// Pixels that there are.
    let source: Int
    /// The stretch that is resized, in pixels; its ends may lie within some. In 32 bits, as Pillow takes them.
    let start, end: Float
    /// Pixels that the stretch becomes.
    let target: Int
    /// Those of them that are kept.
    let kept: Range<Int>

    init(source: Int, stretch: (start: Float, end: Float)? = nil, target: Int, kept: Range<Int>? = nil) {
        self.source = source
        (start, end) = stretch ?? (0, Float(source))
        self.target = target
        self.kept = kept ?? 0..<target
    }

    /// Source pixels for a target pixel.
    var scale: Double { Double(end - start) / Double(target) }

    /// Whether it stays as it is.
    var isIdentity: Bool {
        start == 0 && end == Float(source) && target == source && kept == 0..<target
    }

    /// For each kept pixel the source pixel that its middle lies in, as Pillow adds the places up.
    var nearest: [Int] {
        var place = Double(start) + scale * 0.5
        var places: [Int] = []
        for index in 0..<kept.upperBound {
            if index >= kept.lowerBound { places.append(min(Int(place), source - 1)) }
            place += scale
        }
        return places
    }
}
