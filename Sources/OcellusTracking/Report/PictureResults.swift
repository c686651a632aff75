import Ocellus

/// What a model said of each picture of a labelled part.
public struct PictureResults: Sendable {
    /// One picture.
    public struct Entry: Sendable {
        /// Its file.
        public let file: String
        /// Its class's place among `classes`.
        public let label: Int
        /// The probability of each class.
        public let probabilities: [Float]
        /// Its cross-entropy.
        public let loss: Float

        /// What a model said of a picture.
        public init(file: String, label: Int, probabilities: [Float], loss: Float) {
            self.file = file
            self.label = label
            self.probabilities = probabilities
            self.loss = loss
        }

        /// The likeliest class's place; of equals the first.
        public var predicted: Int {
            probabilities.indices.max { (probabilities[$0], $1) < (probabilities[$1], $0) } ?? 0
        }

        /// The likeliest class's probability.
        public var confidence: Float { probabilities.max() ?? 0 }
    }

    /// The classes in order.
    public let classes: [String]
    /// The pictures.
    public let entries: [Entry]

    /// What a model said of pictures of these classes.
    public init(classes: [String], entries: [Entry]) {
        self.classes = classes
        self.entries = entries
    }

    /// What a run's model says of its test part, as it was computed when the run came to its end.
    public init(_ job: TrainingJob) {
        self.init(
            classes: job.description.classes, files: job.trainer.files(of: .test), batches: job.testBatches)
    }

    /// The results of batches that hold the pictures of `files` in their order.
    init(classes: [String], files: [String], batches: [BatchResult]) {
        var entries: [Entry] = []
        for batch in batches {
            for (place, label) in batch.labels.enumerated() {
                entries.append(
                    Entry(
                        file: files[entries.count], label: Int(label),
                        probabilities: Array(
                            batch.probabilities[place * classes.count..<(place + 1) * classes.count]),
                        loss: batch.losses[place]))
            }
        }
        self.init(classes: classes, entries: entries)
    }

    /// The part told rightly, 0…1.
    public var accuracy: Double { Self.ratio(entries.count { $0.predicted == $0.label }, entries.count) }

    /// The mean loss.
    public var loss: Double { entries.reduce(0) { $0 + Double($1.loss) } / Double(max(entries.count, 1)) }

    /// The bounds between which the accuracy of all such pictures lies, with 95 % confidence, by Wilson's score.
    public var accuracyBounds: ClosedRange<Double> {
        let (n, p, z) = (Double(max(entries.count, 1)), accuracy, 1.959964)
        let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, middle - half)...min(1, middle + half)
    }

    /// The pictures of a class that were taken for one.
    public func entries(of truth: Int, takenFor predicted: Int) -> [Entry] {
        entries.filter { $0.label == truth && $0.predicted == predicted }
    }

    /// Wrong answers, the largest loss first.
    public var mistakes: [Entry] {
        entries.filter { $0.predicted != $0.label }.sorted { ($1.loss, $0.file) < ($0.loss, $1.file) }
    }

    // MARK: Precision and recall

    /// Precision and recall of a class as the probability from which on a picture is taken for it falls: one point a distinct
    /// probability.
    public func precisionRecall(of index: Int) -> [(recall: Double, precision: Double)] {
        let ranked = entries.sorted { $0.probabilities[index] > $1.probabilities[index] }
        let positives = ranked.count { $0.label == index }
        guard positives > 0 else { return [] }
        var hits = 0
        return ranked.indices.compactMap { place in
            if ranked[place].label == index { hits += 1 }
            if place + 1 < ranked.count, ranked[place + 1].probabilities[index] == ranked[place].probabilities[index] {
                return nil
            }
            return (Self.ratio(hits, positives), Self.ratio(hits, place + 1))
        }
    }

    /// The area under that curve, as a sum of steps (scikit-learn's average precision).
    public func averagePrecision(of index: Int) -> Double {
        var sum = 0.0
        var last = 0.0
        for (recall, precision) in precisionRecall(of: index) {
            sum += (recall - last) * precision
            last = recall
        }
        return sum
    }

    // MARK: Calibration

    /// How far confidence is from accuracy.
    public var reliability: Reliability {
        var reliability = Reliability()
        for entry in entries { reliability.add(confidence: entry.confidence, isRight: entry.predicted == entry.label) }
        return reliability
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}
