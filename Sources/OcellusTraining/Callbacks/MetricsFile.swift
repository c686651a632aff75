import Foundation
import OcellusModels

/// Keeps a CSV file with a row an epoch, which is replaced as a whole.
public final class MetricsFile: TrainingCallback {
    /// False.
    public let steersSteps = false
    /// Where it is.
    public let path: String

    /// A file at `path`.
    public init(_ path: String) { self.path = path }

    public func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) throws {
        try write(trainer.progress.history)
    }

    /// Replaces the file.
    /// - Throws: `ModelError` when it cannot be written.
    public func write(_ history: [EpochMetrics]) throws {
        var text =
            "epoch,loss,accuracy,validation_loss,validation_accuracy,learning_rate,seconds,images_per_second\n"
        for row in history {
            let numbers: [Any] = [
                row.epoch, row.loss, row.accuracy, row.validationLoss, row.validationAccuracy, row.learningRate,
                row.seconds, row.imagesPerSecond,
            ]
            text += numbers.map { "\($0)" }.joined(separator: ",") + "\n"
        }
        try AtomicFile.write(Array(text.utf8), to: path)
    }
}
