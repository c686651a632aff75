import Foundation
import Ocellus

/// Writes a run's course for TensorBoard: `tensorboard --logdir runs`.
///
/// In the run's folder it makes `tensorboard/train` and `tensorboard/validation`, so that curves of the two lie over each other as
/// Keras' do; hyperparameters are in the folder above them, where TensorBoard finds the metrics of both. When it cannot write, as on a
/// full disk, it says so once and training goes on without it.
public final class TensorBoardLog: TrainingCallback {
    /// False.
    public let steersSteps = false
    private let folder: String
    private let warn: (String) -> Void
    private var session: EventFile?
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
            let session = try EventFile(folder: folder, firstStep: 0)
            self.session = session
            let settings = Self.settings(trainer.options)
            try session.append([SummaryValues.experiment(settings, metrics: Self.metrics)], step: 0)
            let name = URL(fileURLWithPath: folder).deletingLastPathComponent().lastPathComponent
            try session.append(
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

    /// How the weights are distributed; nothing after an epoch so short that this would take more than a three-hundredth of the time.
    private func histograms(_ trainer: Trainer) throws -> [ProtobufMessage] {
        let start = ContinuousClock.now
        if let last = lastHistograms, last.end.duration(to: start) < last.duration * 300 { return [] }
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
                        "test/confusion: " + results.classes.joined(separator: ", "), ConfusionPicture.of(results)),
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
            try session?.append([SummaryValues.sessionEnd(time: Date().timeIntervalSince1970)], step: 0)
            try flush()
        }
    }

    public func trainingDidEnd(_ trainer: Trainer) { writing(flush) }

    private func flush() throws {
        try session?.flush()
        try train?.flush()
        try validation?.flush()
    }

    private static let metrics = [
        (folder: "train", tag: "test/accuracy"), (folder: "train", tag: "test/loss"),
        (folder: "validation", tag: "epoch/accuracy"), (folder: "validation", tag: "epoch/loss"),
        (folder: "train", tag: "epoch/accuracy"), (folder: "train", tag: "epoch/loss"),
    ]

    private func writing(_ body: () throws -> Void) {
        guard !hasFailed else { return }
        do {
            try body()
        } catch {
            hasFailed = true
            (session, train, validation) = (nil, nil, nil)
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
