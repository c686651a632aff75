import Foundation
import OcellusData
import OcellusModels
import OcellusTraining

/// What a model thinks of a data set's labels.
public struct ModelOpinion: Sendable {
    /// Labels that it doubts, the most doubtful first, and pictures that it can make nothing of.
    public let findings: [DatasetFinding]
    /// How many of the pictures the model's run trained on, as far as its `split.csv` tells.
    public let trainedCount: Int

    /// Pictures whose largest probability is below this are told as outliers, at most ``mostOutliers`` of them.
    static let outlierConfidence: Float = 0.4
    private static let mostOutliers = 100

    /// Asks a model.
    ///
    /// - Parameters:
    ///   - model: the model's folder; its classes must hold the data set's.
    ///   - progress: told how many pictures are done, of how many.
    /// - Throws: `ModelError`, `DatasetError`, `BackendError`.
    public init(
        model path: String, of dataset: Dataset, device: DeviceRequest = .auto, threads: Int? = nil,
        progress: @escaping (Int, Int) -> Void = { _, _ in }
    ) throws {
        let job = try EvaluationJob(model: path, data: dataset.source, part: nil, device: device, threads: threads)
        var probabilities: [[Float]] = []
        let classCount = job.model.classes.count
        _ = try job.evaluate(progress: progress) { result in
            for start in stride(from: 0, to: result.probabilities.count, by: classCount) {
                probabilities.append(Array(result.probabilities[start..<start + classCount]))
            }
        }
        trainedCount = job.trainedCount
        let samples = job.dataset.samples
        let doubts = ConfidentLearning(
            labels: samples.map(\.classIndex), probabilities: probabilities, classCount: classCount
        ).doubts
        let names = job.model.classes
        let errors = doubts.map { doubt in
            DatasetFinding(
                .labelError, pictures: [samples[doubt.sample].path],
                "\(samples[doubt.sample].path) is labelled “\(names[samples[doubt.sample].classIndex])”; the model says "
                    + "“\(names[doubt.suggestion])” (\(Self.percent(doubt.confidence)))")
        }
        let outliers = probabilities.indices.map { ($0, probabilities[$0].max() ?? 0) }
            .filter { $0.1 < max(Self.outlierConfidence, 1.5 / Float(classCount)) && $0.1 < 0.9 }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(Self.mostOutliers)
        findings =
            errors
            + outliers.map {
                DatasetFinding(
                    .outlier, pictures: [samples[$0.0].path],
                    "\(samples[$0.0].path): no class gets more than \(Self.percent($0.1))")
            }
    }

    private static func percent(_ part: Float) -> String { "\(Int((part * 100).rounded())) %" }
}

/// Finds wrong labels by a classifier's probabilities: a picture that the classifier puts into another class with at least the
/// confidence that is usual for pictures of that class, and into its own with less.
///
/// Source: Northcutt, Jiang, Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021; the ranking is by the
/// margin between the two probabilities.
package struct ConfidentLearning {
    /// A label that is doubted.
    package struct Doubt: Equatable {
        package let sample: Int
        package let suggestion: Int
        /// The probability of the suggestion.
        package let confidence: Float
    }

    /// The most doubtful first.
    package let doubts: [Doubt]

    /// - Parameters:
    ///   - labels: the given class of each sample.
    ///   - probabilities: `[samples][classes]`; not from a classifier that was trained on these labels.
    package init(labels: [Int], probabilities: [[Float]], classCount: Int) {
        var sums = [Double](repeating: 0, count: classCount)
        var counts = [Int](repeating: 0, count: classCount)
        for (label, row) in zip(labels, probabilities) {
            sums[label] += Double(row[label])
            counts[label] += 1
        }
        // Usual confidence; a class without samples is suggested to nobody.
        let thresholds = zip(sums, counts).map { $1 > 0 ? Float($0 / Double($1)) : .infinity }
        var found: [(doubt: Doubt, margin: Float)] = []
        for (sample, (label, row)) in zip(labels, probabilities).enumerated() {
            let confident = row.indices.filter { row[$0] >= thresholds[$0] }
            guard let best = confident.max(by: { row[$0] < row[$1] }), best != label, row[best] > row[label] else {
                continue
            }
            found.append((Doubt(sample: sample, suggestion: best, confidence: row[best]), row[best] - row[label]))
        }
        doubts = found.sorted { ($1.margin, $0.doubt.sample) < ($0.margin, $1.doubt.sample) }.map(\.doubt)
    }
}
