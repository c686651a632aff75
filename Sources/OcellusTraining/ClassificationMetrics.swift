/// What a classifier does on labelled pictures: loss, accuracy, and who is taken for whom.
public struct ClassificationMetrics: Sendable, Equatable {
    /// The names of the classes, in the order of the rows and columns below.
    public let classes: [String]
    /// `confusion[true][predicted]`, in pictures.
    public private(set) var confusion: [[Int]]
    /// The mean of the pictures' losses.
    public var loss: Double { images == 0 ? 0 : lossSum / Double(images) }
    /// How many pictures were seen.
    public private(set) var images = 0
    /// How many had their true class among the `topK` likeliest.
    private var topKHits = 0
    /// How far confidence is from accuracy.
    public private(set) var reliability = Reliability()
    /// The same of the probabilities as the network gives them, before the model's calibration.
    public private(set) var uncalibratedReliability = Reliability()
    private var lossSum = 0.0

    /// K of `topKAccuracy`: 5, or fewer when there are not more than 5 classes.
    public let topK: Int

    /// No pictures yet.
    public init(classes: [String]) {
        self.classes = classes
        confusion = Array(repeating: Array(repeating: 0, count: classes.count), count: classes.count)
        topK = classes.count > 5 ? 5 : max(1, classes.count - 1)
    }

    /// Adds a batch.
    /// - Parameter uncalibrated: what the network gave for it, before the model's calibration; nil for the same.
    public mutating func add(_ result: BatchResult, uncalibrated: BatchResult? = nil) {
        for (sample, label) in result.labels.enumerated() {
            let row = Array(result.probabilities[sample * classes.count..<(sample + 1) * classes.count])
            let truth = Int(label)
            let predicted = row.indices.max { (row[$0], $1) < (row[$1], $0) } ?? 0
            confusion[truth][predicted] += 1
            let raw = uncalibrated.map {
                $0.probabilities[sample * classes.count..<(sample + 1) * classes.count].max() ?? 0
            }
            reliability.add(confidence: row[predicted], isRight: predicted == truth)
            uncalibratedReliability.add(confidence: raw ?? row[predicted], isRight: predicted == truth)
            // Equal probabilities count in the classes' order.
            let rank = row.indices.count { row[$0] > row[truth] || (row[$0] == row[truth] && $0 < truth) }
            topKHits += rank < topK ? 1 : 0
            lossSum += Double(result.losses[sample])
            images += 1
        }
    }

    /// The part told rightly, 0…1.
    public var accuracy: Double { ratio(classes.indices.reduce(0) { $0 + confusion[$1][$1] }, images) }

    /// The part whose true class was among the `topK` likeliest, 0…1.
    public var topKAccuracy: Double { ratio(topKHits, images) }

    /// Precision, recall and F1 of each class.
    public var perClass: [ClassMetrics] {
        classes.indices.map { index in
            let hits = confusion[index][index]
            let support = confusion[index].reduce(0, +)
            let predicted = confusion.reduce(0) { $0 + $1[index] }
            return ClassMetrics(
                name: classes[index], precision: ratio(hits, predicted), recall: ratio(hits, support),
                f1: ratio(2 * hits, support + predicted), support: support)
        }
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}

/// What a classifier does on one class. A ratio whose denominator is zero counts as 0.
public struct ClassMetrics: Sendable, Codable, Equatable {
    /// The class.
    public let name: String
    /// Of the pictures taken for this class, the part that are.
    public let precision: Double
    /// Of this class's pictures, the part that was taken for it.
    public let recall: Double
    /// The harmonic mean of precision and recall.
    public let f1: Double
    /// How many pictures the class has.
    public let support: Int

    private enum CodingKeys: String, CodingKey {
        case name = "class"
        case precision, recall, f1, support
    }
}

extension ClassificationMetrics: Encodable {
    private enum Key: String, CodingKey {
        case images, loss, accuracy, topK, topKAccuracy, classes, confusion, perClass
        case expectedCalibrationError, uncalibratedError
    }

    /// Writes `{"images": …, "loss": …, "accuracy": …, "classes": […], "confusion": [[…]], …}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(images, forKey: .images)
        try container.encode(loss, forKey: .loss)
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(topK, forKey: .topK)
        try container.encode(topKAccuracy, forKey: .topKAccuracy)
        try container.encode(classes, forKey: .classes)
        try container.encode(confusion, forKey: .confusion)
        try container.encode(perClass, forKey: .perClass)
        try container.encode(reliability.expectedCalibrationError, forKey: .expectedCalibrationError)
        try container.encode(uncalibratedReliability.expectedCalibrationError, forKey: .uncalibratedError)
    }
}
