import Foundation
import Ocellus
import Synchronization

/// Trains a model on the labels there are, in the background, by transfer from the model that was given.
final class Retraining: Sendable {
    /// Where it stands.
    struct Status: Sendable, Equatable, Encodable {
        /// The states.
        enum State: String, Sendable, Encodable {
            /// Nothing was asked for yet.
            case idle
            /// A model is being trained.
            case running
            /// A model is ready, and suggests.
            case done
            /// It failed; `message` says why.
            case failed
            /// A person stopped it.
            case stopped
        }

        var state = State.idle
        /// What it does, did, or why it failed, in words for a person.
        var message = ""
        /// How far it has come, 0…1.
        var progress = 0.0
        /// How many models are ready.
        var models = 0
    }

    private let status = Mutex(Status())
    private let stop = Mutex(StopRequest())
    private let settings: LabellingSettings
    private let labels: String
    private let use: @Sendable (Model, String) -> Void

    /// - Parameters:
    ///   - labels: the file of labels.
    ///   - use: takes a model that is ready, and its name.
    init(_ settings: LabellingSettings, labels: String, use: @escaping @Sendable (Model, String) -> Void) {
        (self.settings, self.labels, self.use) = (settings, labels, use)
    }

    var current: Status { status.withLock(\.self) }

    /// Begins to train.
    ///
    /// - Throws: ``LabellingError/alreadyTraining``, ``LabellingError/noModel``.
    func start() throws {
        guard let model = settings.model else { throw LabellingError.noModel }
        let request = StopRequest()
        try status.withLock { status in
            guard status.state != .running else { throw LabellingError.alreadyTraining }
            status = Status(state: .running, message: "Reading the pictures", models: status.models)
            stop.withLock { $0 = request }
        }
        let thread = Thread { self.train(from: model, request) }
        thread.name = "retraining"
        thread.start()
    }

    /// Asks to stop after the current step; nothing when nothing runs.
    func requestStop() { stop.withLock { $0.make() } }

    private func train(from model: String, _ request: StopRequest) {
        do {
            let run = try Self.freeRun(in: settings.runs)
            var count = 0
            let job = try TrainingJob(
                TrainingSettings(
                    data: labels, output: run, weights: model,
                    // The head alone: seconds, so that the next suggestions come while the person still labels.
                    options: TrainingOptions(transfer: TransferOptions(headEpochs: 30, freeze: .all)),
                    device: settings.device, threads: settings.threads, memoryLimit: settings.memoryLimit,
                    command: ["label", settings.folder]),
                stopRequest: request, willReserve: { count = $0.split.indices(of: .train).count })
            let trained = count
            set { $0.message = "Training on \(trained) pictures" }
            let metrics = try job.train(callbacks: [Observer(self)])
            guard let metrics else { throw CancellationError() }
            use(try job.trainer.model(), run)
            set {
                $0.state = .done
                $0.progress = 1
                $0.models += 1
                $0.message =
                    "Trained on \(trained) pictures: \(Int((metrics.accuracy * 100).rounded())) % right on "
                    + "\(metrics.images) that it had not seen. It is in \(run)/model."
            }
        } catch is CancellationError {
            set {
                $0.state = .stopped
                $0.message = "Stopped. The model is the one before."
            }
        } catch {
            set {
                $0.state = .failed
                $0.message = "\(error)"
            }
        }
    }

    fileprivate func set(_ change: (inout Status) -> Void) { status.withLock { change(&$0) } }

    /// The first of `FOLDER/label-1`, `FOLDER/label-2` … that does not exist.
    private static func freeRun(in folder: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var number = 1
        while FileManager.default.fileExists(atPath: "\(folder)/label-\(number)") { number += 1 }
        return "\(folder)/label-\(number)"
    }
}

/// Tells how training goes.
private final class Observer: TrainingCallback {
    let steersSteps = false
    private let retraining: Retraining

    init(_ retraining: Retraining) { self.retraining = retraining }

    func didComputeFeatures(_ done: Int, of count: Int) {
        retraining.set {
            $0.message = "Looking at picture \(done) of \(count)"
            $0.progress = 0.8 * Double(done) / Double(max(1, count))
        }
    }

    func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) {
        let epochs = trainer.options.epochs
        retraining.set {
            $0.message = "Epoch \(metrics.epoch) of \(epochs)"
            $0.progress = max($0.progress, 0.8 + 0.2 * Double(metrics.epoch) / Double(max(1, epochs)))
        }
    }
}
