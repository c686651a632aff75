/// From which confidence on a classifier's answers are right as often as is wanted.
public struct RejectionThreshold: Sendable, Equatable, Codable {
    /// The least confidence of an answer that is not rejected, 0…1.
    public let confidence: Float
    /// How many of the answers that are not rejected are right, 0…1.
    public let precision: Double
    /// How many answers are not rejected, 0…1.
    public let coverage: Double

    /// The threshold that rejects least of those with which the answers left are right at least as often as `precision`.
    ///
    /// - Parameter answers: the confidence of each answer, and whether it was right: on pictures that the model was not trained
    ///   on, as those of the validation part.
    /// - Returns: nil when even the surest answers are not right so often.
    public init?(precision: Double, answers: [(confidence: Float, isRight: Bool)]) {
        let sorted = answers.sorted { $0.confidence > $1.confidence }
        var hits = 0
        var best: RejectionThreshold?
        for (index, answer) in sorted.enumerated() {
            hits += answer.isRight ? 1 : 0
            // Equally sure answers stay or go together.
            if index + 1 < sorted.count, sorted[index + 1].confidence == answer.confidence { continue }
            let found = Double(hits) / Double(index + 1)
            if found >= precision {
                best = RejectionThreshold(
                    confidence: answer.confidence, precision: found,
                    coverage: Double(index + 1) / Double(sorted.count))
            }
        }
        guard let best else { return nil }
        self = best
    }

    private init(confidence: Float, precision: Double, coverage: Double) {
        self.confidence = confidence
        self.precision = precision
        self.coverage = coverage
    }
}

extension BatchResult {
    /// Each picture's answer: the probability of its likeliest class, and whether that is the true one.
    public var answers: [(confidence: Float, isRight: Bool)] {
        let classes = labels.isEmpty ? 0 : probabilities.count / labels.count
        return labels.enumerated().map { sample, label in
            let row = Array(probabilities[sample * classes..<(sample + 1) * classes])
            let best = row.indices.max { (row[$0], $1) < (row[$1], $0) } ?? 0
            return (row[best], best == Int(label))
        }
    }
}
