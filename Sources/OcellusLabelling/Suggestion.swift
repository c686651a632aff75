/// What a model says of one picture, as far as it concerns the classes that a person labels with.
public struct Suggestion: Sendable, Equatable {
    /// A class, as a place among the session's, and how probable it is.
    public struct Candidate: Sendable, Equatable, Encodable {
        /// The class's place.
        public let `class`: Int
        /// Its probability, 0…1.
        public let confidence: Float
    }

    /// The likeliest classes, best first.
    public let candidates: [Candidate]
    /// How unsure the model is, 0…1: 1 less the difference of its two highest probabilities (margin sampling: Scheffer,
    /// Decomain, Wrobel, "Active Hidden Markov Models for Information Extraction", IDA 2001).
    public let uncertainty: Float

    /// A suggestion of a model's answer.
    ///
    /// - Parameters:
    ///   - probabilities: `[model's classes]`.
    ///   - places: where each of the model's classes is among the session's; nil for one that the session lacks, which can only
    ///     make the model less sure.
    public init(probabilities: [Float], places: [Int?]) {
        let order = probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
        candidates = order.compactMap { index in
            places[index].map { Candidate(class: $0, confidence: probabilities[index]) }
        }.prefix(3).map(\.self)
        let highest = order.prefix(2).map { probabilities[$0] }
        uncertainty = highest.count == 2 ? 1 - (highest[0] - highest[1]) : 1
    }

    /// Where a model's classes are among the session's.
    ///
    /// - Returns: nil when the two have fewer than two classes in common: then the model can suggest nothing.
    static func places(of modelClasses: [String], in classes: [String]) -> [Int?]? {
        let places = modelClasses.map { classes.firstIndex(of: $0) }
        return places.count { $0 != nil } >= 2 ? places : nil
    }
}
