import Foundation
import Ocellus

/// Tells an MLflow server of a run: parameters, metrics of steps and epochs, tags, the model and the report.
///
/// Training itself only adds to the run's outbox, `mlflow.jsonl`; a thread of its own sends that. So a server that is slow, down or
/// full delays nothing, and what it has not taken is in the run and can be sent later (`MLflowSender`).
public final class MLflowLog: TrainingCallback {
    /// Which experiment and name a run gets.
    public struct Options: Sendable {
        /// The server.
        public var server: MLflowServer
        /// The experiment, which is made if there is none.
        public var experiment: String
        /// The run's name; nil for its folder's.
        public var name: String?

        /// Options.
        public init(server: MLflowServer, experiment: String = "Default", name: String? = nil) {
            self.server = server
            self.experiment = experiment
            self.name = name
        }
    }

    /// False.
    public let steersSteps = false

    private let run: String
    private let options: Options?
    private let warn: @Sendable (String) -> Void
    private var outbox: MLflowOutbox?
    private var thread: MLflowThread?
    private var isBegun = false
    private var hasWarned = false

    /// Whether a run is tracked by MLflow already.
    public static func isBegun(in run: String) -> Bool { MLflowState.exists(in: run) }

    /// A log of a run.
    ///
    /// - Parameters:
    ///   - options: for a run that is not tracked yet; one that is goes on as it began.
    ///   - warn: told what cannot be written or sent, from any thread.
    public init(run: String, options: Options?, warn: @escaping @Sendable (String) -> Void) {
        self.run = run
        self.options = options
        self.warn = warn
    }

    public func trainingWillBegin(_ trainer: Trainer) { begin(trainer.progress) }

    public func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
        append(
            MLflowEvent.line(
                step: trainer.progress.step,
                [
                    "batch_loss": step.batchTotals.meanLoss, "batch_accuracy": step.batchTotals.accuracy,
                    "batch_learning_rate": Double(step.learningRate),
                ]))
    }

    public func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) {
        append(
            MLflowEvent.line(
                step: metrics.epoch,
                [
                    "loss": metrics.loss, "accuracy": metrics.accuracy, "validation_loss": metrics.validationLoss,
                    "validation_accuracy": metrics.validationAccuracy, "learning_rate": Double(metrics.learningRate),
                    "seconds": metrics.seconds, "images_per_second": metrics.imagesPerSecond,
                ]))
        flush()
    }

    /// Adds what a finished run gave on the test part, and its files.
    public func addResults(_ results: PictureResults, progress: TrainingProgress) {
        begin(progress)
        let epoch = progress.best?.epoch ?? 0
        append(
            MLflowEvent(
                step: epoch,
                metrics: [
                    "test_loss": results.loss, "test_accuracy": results.accuracy,
                    "test_calibration_error": results.reliability.expectedCalibrationError,
                ]))
        append(MLflowEvent(tags: ["best_epoch": "\(epoch)"]))
        for file in Self.files where FileManager.default.fileExists(atPath: run + "/" + file) {
            append(MLflowEvent(file: file))
        }
        append(MLflowEvent(status: "FINISHED"))
        flush()
    }

    /// Says that training was stopped before its end, to go on later, or has failed.
    public func addStop(hasFailed: Bool) {
        guard isBegun else { return }
        append(MLflowEvent(status: hasFailed ? "FAILED" : "KILLED"))
        flush()
    }

    /// Whether there is something to be closed.
    var isOpen: Bool { thread != nil }

    /// Waits until the server has everything, but no longer than some seconds.
    ///
    /// - Returns: whether it has.
    @discardableResult
    public func close(waiting seconds: Double = 10) -> Bool {
        guard let thread else { return false }
        self.thread = nil
        return thread.close(waiting: seconds) && ((try? MLflowSender.isComplete(run)) ?? false)
    }

    deinit { thread?.close(waiting: 0) }

    private static let files = [
        "run.json", "metrics.csv", "split.csv", "report.html", "model/model.json", "model/weights.safetensors",
    ]

    private func begin(_ progress: TrainingProgress) {
        guard !isBegun else { return }
        isBegun = true
        do {
            let isNew = !MLflowState.exists(in: run)
            let folder = URL(fileURLWithPath: run).standardizedFileURL
            let outbox = try MLflowOutbox(run: run)
            if isNew, let options {
                try MLflowState(
                    server: options.server.address, experiment: options.experiment,
                    name: options.name ?? folder.lastPathComponent
                ).write(to: run)
            }
            self.outbox = outbox
            if isNew {
                let record = try RunRecord(contentsOf: run)
                append(
                    MLflowEvent(
                        tags: Self.tags(record, folder: folder.path), parameters: Self.parameters(record),
                        status: "RUNNING"))
            } else {
                append(MLflowEvent(tags: ["resumed_after_epoch": "\(progress.epoch)"], status: "RUNNING"))
            }
            thread = MLflowThread(try MLflowSender(run: run, server: isNew ? options?.server : nil), warn: warn)
            flush()
        } catch {
            warn("\(error); training goes on without MLflow")
        }
    }

    /// All settings but the network's layers, of which large ones have thousands: `model.json` has them.
    private static func parameters(_ record: RunRecord) -> [String: String] {
        let left = ["network.layers", "kernels", "choices.", "formatVersion"]
        let kept = record.settings.filter { setting in !left.contains { setting.key.hasPrefix($0) } }
        let named = kept.map { name, value in
            // Names may not have brackets, as `helpers[0].name`; values no more than this at servers of some years ago.
            (
                String(name.map { $0.isLetter || $0.isNumber || "_-. /".contains($0) ? $0 : "_" }),
                String(value.prefix(500))
            )
        }
        return Dictionary(named) { first, _ in first }
    }

    private static func tags(_ record: RunRecord, folder: String) -> [String: String] {
        var tags = [
            "mlflow.source.name": "ocellus", "mlflow.source.type": "LOCAL", "mlflow.user": NSUserName(),
            "ocellus.version": record.description.version, "ocellus.run": folder,
            "ocellus.data_fingerprint": record.description.dataFingerprint,
        ]
        tags["ocellus.test_part"] = record.testPart
        return tags
    }

    private func append(_ event: MLflowEvent) {
        writing { _ = try $0.append(event.line()) }
    }

    private func append(_ line: String) {
        writing { if try $0.append(line) { thread?.wake() } }
    }

    private func flush() {
        writing {
            try $0.flush()
            thread?.wake()
        }
    }

    /// What cannot be written, as on a full disk, is kept in memory and written later.
    private func writing(_ body: (MLflowOutbox) throws -> Void) {
        guard let outbox else { return }
        do {
            try body(outbox)
        } catch {
            if !hasWarned { warn("\(error); training goes on, and it is tried again") }
            hasWarned = true
        }
    }
}
