import Foundation
import Ocellus

/// Writes a run's course for TensorBoard: `tensorboard --logdir runs`.
///
/// In the run's folder it makes `tensorboard/train` and `tensorboard/validation`, so that curves of the two lie over each other as
/// Keras' do. When it cannot write, as on a full disk, it says so once and training goes on without it.
public final class TensorBoardLog: TrainingCallback {
    /// False.
    public let steersSteps = false
    private let folder: String
    private let warn: (String) -> Void
    private var train: EventFile?
    private var validation: EventFile?
    private var hasFailed = false
    /// When weights were described last, and how long that took.
    private var lastHistograms: (end: ContinuousClock.Instant, duration: Duration)?

    /// The folder of event files in a run's folder.
    public static func folder(of run: String) -> String { run + "/tensorboard" }

    /// A log in a run's folder.
    ///
    /// - Parameter warn: told when writing fails.
    public init(run: String, warn: @escaping (String) -> Void) {
        folder = Self.folder(of: run)
        self.warn = warn
    }

    public func trainingWillBegin(_ trainer: Trainer) {
        let progress = trainer.progress
        writing {
            let train = try EventFile(folder: folder + "/train", firstStep: progress.step + 1)
            self.train = train
            // Epochs are the steps there.
            validation = try EventFile(folder: folder + "/validation", firstStep: progress.epoch + 1)
            let settings = Self.settings(trainer.options)
            try train.append([SummaryValues.experiment(settings, metrics: Self.metrics)], step: 0)
            let name = URL(fileURLWithPath: folder).deletingLastPathComponent().lastPathComponent
            try train.append(
                [SummaryValues.sessionStart(settings, group: name, time: Date().timeIntervalSince1970)], step: 0)
            if progress.step == 0 {
                let pictures = Self.mosaic(try trainer.sampleBatch(16).map(Self.thumbnail))
                try train.append([SummaryValues.image("batch/pictures", pictures)], step: 0)
            }
            try flush()
        }
    }

    public func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
        writing {
            try train?.append(
                [
                    SummaryValues.scalar("batch/loss", step.batchTotals.meanLoss),
                    SummaryValues.scalar("batch/accuracy", step.batchTotals.accuracy),
                    SummaryValues.scalar("batch/learning_rate", Double(step.learningRate)),
                ], step: trainer.progress.step)
        }
    }

    public func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) {
        writing {
            var values = [
                SummaryValues.scalar("epoch/loss", metrics.loss),
                SummaryValues.scalar("epoch/accuracy", metrics.accuracy),
                SummaryValues.scalar("epoch/images_per_second", metrics.imagesPerSecond),
            ]
            values += try histograms(trainer)
            try train?.append(values, step: metrics.epoch)
            try validation?.append(
                [
                    SummaryValues.scalar("epoch/loss", metrics.validationLoss),
                    SummaryValues.scalar("epoch/accuracy", metrics.validationAccuracy),
                ], step: metrics.epoch)
            try flush()
        }
    }

    /// How the weights are distributed; nothing after an epoch so short that this would take more than a hundredth of the time.
    private func histograms(_ trainer: Trainer) throws -> [ProtobufMessage] {
        let start = ContinuousClock.now
        if let last = lastHistograms, last.end.duration(to: start) < last.duration * 100 { return [] }
        let weights = try trainer.currentModel().weights
        let values = try weights.names.map {
            SummaryValues.histogram("weights/" + $0, of: try weights.values(of: $0))
        }
        lastHistograms = (.now, start.duration(to: .now))
        return values
    }

    /// Adds what a finished run gave on the test part: its figures, the confusion matrix, the worst mistakes.
    public func addResults(_ results: PictureResults, epoch: Int) {
        writing {
            try train?.append(
                [
                    SummaryValues.scalar("test/accuracy", results.accuracy),
                    SummaryValues.scalar("test/loss", results.loss),
                    // A row a true class, a column what it is taken for.
                    SummaryValues.image(
                        "test/confusion: " + results.classes.joined(separator: ", "), Self.confusion(results)),
                ], step: epoch)
            for (place, entry) in results.mistakes.prefix(16).enumerated() {
                guard let picture = try? RGBImage.decode(contentsOf: entry.file) else { continue }
                let (truth, predicted) = (results.classes[entry.label], results.classes[entry.predicted])
                try train?.append(
                    [
                        SummaryValues.image(
                            "test/mistakes/\(place + 1): \(truth) taken for \(predicted)", Self.thumbnail(picture))
                    ], step: epoch)
            }
            try train?.append([SummaryValues.sessionEnd(time: Date().timeIntervalSince1970)], step: 0)
            try flush()
        }
    }

    public func trainingDidEnd(_ trainer: Trainer) { writing(flush) }

    private func flush() throws {
        try train?.flush()
        try validation?.flush()
    }

    private static let metrics = ["epoch/loss", "epoch/accuracy", "test/accuracy", "test/loss"]

    private func writing(_ body: () throws -> Void) {
        guard !hasFailed else { return }
        do {
            try body()
        } catch {
            hasFailed = true
            (train, validation) = (nil, nil)
            warn("\(error); training goes on without TensorBoard's files")
        }
    }

    /// The options as `run.json` has them.
    private static func settings(_ options: TrainingOptions) -> [String: String] {
        guard let data = try? JSONEncoder().encode(options),
            let value = try? JSONDecoder().decode(JSONValue.self, from: data)
        else { return [:] }
        return value.flattened
    }

    /// A matrix of squares, the darker the larger the part of its row.
    private static func confusion(_ results: PictureResults) -> RGBImage {
        let count = results.classes.count
        let side = max(4, min(48, 480 / max(count, 1)))
        var parts = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        for entry in results.entries { parts[entry.label][entry.predicted] += 1 }
        parts = parts.map { row in row.map { $0 / max(row.reduce(0, +), 1) } }
        let pixels = (0..<count * side).flatMap { y in
            (0..<count * side).flatMap { x -> [UInt8] in
                let isGrid = x % side == 0 || y % side == 0
                let part = isGrid ? 0.15 : parts[y / side][x / side]
                return [250 - 240 * part, 250 - 170 * part, 250 - 80 * part].map { UInt8($0.rounded()) }
            }
        }
        return RGBImage(width: count * side, height: count * side, pixels: pixels)
    }

    /// Pictures of one size side by side, four a row.
    private static func mosaic(_ pictures: [RGBImage]) -> RGBImage {
        let (width, height) = (pictures.first?.width ?? 1, pictures.first?.height ?? 1)
        let (columns, gap) = (min(4, max(1, pictures.count)), 2)
        let rows = max(1, (pictures.count + columns - 1) / columns)
        let totalWidth = columns * (width + gap) - gap
        let totalHeight = rows * (height + gap) - gap
        var pixels = [UInt8](repeating: 255, count: totalWidth * totalHeight * 3)
        for (place, picture) in pictures.enumerated() {
            for line in 0..<height {
                let row = place / columns * (height + gap) + line
                let start = (row * totalWidth + place % columns * (width + gap)) * 3
                pixels.replaceSubrange(
                    start..<start + width * 3, with: picture.pixels[line * width * 3..<(line + 1) * width * 3])
            }
        }
        return RGBImage(width: totalWidth, height: totalHeight, pixels: pixels)
    }

    private static func thumbnail(_ picture: RGBImage) -> RGBImage {
        let scale = min(1, 224 / Double(max(picture.width, picture.height)))
        return picture.resized(
            width: max(1, Int((Double(picture.width) * scale).rounded())),
            height: max(1, Int((Double(picture.height) * scale).rounded())))
    }
}
