/// How far a classifier's confidence is from how often it is right: pictures in bins of equal width by the probability of
/// their likeliest class.
public struct Reliability: Sendable, Equatable, Codable {
    /// One bin.
    public struct Bin: Sendable, Equatable, Codable {
        /// How many pictures.
        public internal(set) var images = 0
        /// How many of them were told rightly.
        public internal(set) var hits = 0
        /// The sum of their confidences.
        public internal(set) var confidence = 0.0
    }

    /// From 0 to 1: bin i holds confidences above i / count, up to (i + 1) / count.
    public private(set) var bins: [Bin]

    /// No pictures yet.
    /// - Parameter count: how many bins.
    public init(count: Int = 15) { bins = Array(repeating: Bin(), count: max(count, 1)) }

    /// Adds a picture.
    public mutating func add(confidence: Float, isRight: Bool) {
        let place = (Double(confidence) * Double(bins.count)).rounded(.up) - 1
        let index = min(max(Int(place), 0), bins.count - 1)
        bins[index].images += 1
        bins[index].hits += isRight ? 1 : 0
        bins[index].confidence += Double(confidence)
    }

    /// The expected calibration error (Naeini et al., AAAI 2015): the mean over the pictures of the difference between their
    /// bin's accuracy and mean confidence, 0…1; 0 without pictures.
    public var expectedCalibrationError: Double {
        let images = bins.reduce(0) { $0 + $1.images }
        guard images > 0 else { return 0 }
        return bins.reduce(0) { $0 + abs(Double($1.hits) - $1.confidence) } / Double(images)
    }
}
