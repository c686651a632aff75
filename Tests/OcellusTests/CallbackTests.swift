import Foundation
import Ocellus
import Testing

@Suite("Callbacks", .serialized)
struct CallbackTests {
    private let folder: TemporaryFolder
    private let dataset: Dataset
    private let split: DataSplit
    private let cache: PictureCache

    init() throws {
        folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 12, size: 40)
        cache = PictureCache(preprocessing: try .guide(width: 32, height: 32))
        dataset = try Dataset(folder: folder("data")).checked(filling: cache)
        split = try DataSplit(dataset, seed: 3)
    }

    private let network = Network(input: [32, 32, 3]) {
        ConvolutionLayer(8, 3, stride: 2, activation: .relu)
        FlattenLayer()
        DenseLayer(3)
    }

    private func options(epochs: Int = 2, earlyStopping: Int? = nil) -> TrainingOptions {
        TrainingOptions(epochs: epochs, batchSize: 10, earlyStopping: earlyStopping, seed: 9)
    }

    private func trainer(
        _ options: TrainingOptions, run: RunFolder? = nil, _ stop: StopRequest = StopRequest()
    ) throws -> Trainer {
        try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: CPUBackend(), options: options, run: run,
            stopRequest: stop)
    }

    private func newRun(_ options: TrainingOptions) throws -> RunFolder {
        try RunFolder.create(
            folder("run"),
            description: RunDescription(
                version: ocellusVersion, date: "", dataset: dataset, split: split, network: network,
                preprocessing: cache.preprocessing, options: options, requestedDevice: "cpu",
                device: CPUBackend().device),
            split: split, dataset: dataset)
    }

    /// Writes down what it is told, and does what it is asked to after a batch or an epoch.
    private final class Recorder: TrainingCallback {
        var calls: [String] = []
        var rates: [Float] = []
        var afterBatch: (StepReport, Trainer) throws -> Void = { _, _ in }
        var afterEpoch: (EpochMetrics, Trainer) throws -> Void = { _, _ in }

        func trainingWillBegin(_ trainer: Trainer) { calls.append("training") }
        func trainingDidEnd(_ trainer: Trainer) { calls.append("end \(trainer.progress.isFinished)") }
        func stageWillBegin(_ stage: StageReport, _ trainer: Trainer) { calls.append("stage \(stage.number)") }
        func epochWillBegin(_ epoch: Int, _ trainer: Trainer) { calls.append("epoch \(epoch)") }
        func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) throws {
            calls.append("epoch \(metrics.epoch) done")
            try afterEpoch(metrics, trainer)
        }
        func batchWillBegin(_ batch: Int, _ trainer: Trainer) {
            calls.append("batch \(batch)")
            rates.append(trainer.learningRate)
        }
        func batchDidEnd(_ step: StepReport, _ trainer: Trainer) throws {
            calls.append("batch \(step.batch) done")
            #expect(step.learningRate == rates.last)
            try afterBatch(step, trainer)
        }
        func validationWillBegin(_ trainer: Trainer) { calls.append("validation") }
        func validationBatchDidEnd(_ totals: RunningTotals, _ trainer: Trainer) { calls.append("\(totals.images)") }
        func validationDidEnd(_ totals: RunningTotals, _ trainer: Trainer) { calls.append("validated") }
    }

    @Test("they are told of training, stages, epochs, batches and validation, in order")
    func order() throws {
        let recorder = Recorder()
        #expect(try trainer(options()).train(callbacks: [recorder]))
        let validation = split.indices(of: .validation).count
        func epoch(_ number: Int) -> [String] {
            ["epoch \(number)", "batch 1", "batch 1 done", "batch 2", "batch 2 done", "batch 3", "batch 3 done"]
                + ["validation", "\(validation)", "validated", "epoch \(number) done"]
        }
        #expect(recorder.calls == ["training", "stage 1"] + epoch(1) + epoch(2) + ["end true"])
    }

    @Test("one that stops training ends its epoch at once, which is complete: validated, and its weights a model")
    func stop() throws {
        let recorder = Recorder()
        recorder.afterBatch = { step, trainer in if step.epoch == 2 { trainer.stop() } }
        let trainer = try trainer(options(epochs: 9))
        #expect(try trainer.train(callbacks: [recorder]))
        #expect(trainer.progress.isFinished && trainer.progress.epoch == 2 && trainer.progress.step == 4)
        #expect(Array(recorder.calls.suffix(2)) == ["epoch 2 done", "end true"])
        #expect(try trainer.evaluateBest(on: .test).images > 0)
    }

    @Test("one that stops a run at an epoch's end has it finished for good")
    func stopIsKept() throws {
        let recorder = Recorder()
        recorder.afterEpoch = { metrics, trainer in if metrics.epoch == 2 { trainer.stop() } }
        do {
            #expect(try trainer(options(epochs: 9), run: newRun(options(epochs: 9))).train(callbacks: [recorder]))
        }
        let resumed = try trainer(options(epochs: 9), run: RunFolder(folder("run")))
        #expect(resumed.progress.isFinished && resumed.progress.epoch == 2)
    }

    @Test("one that sets the learning rate is obeyed from the next step on, after an interruption too")
    func learningRate() throws {
        let stop = StopRequest()
        let recorder = Recorder()
        recorder.afterBatch = { step, trainer in
            if step.batch == 1 { try trainer.setLearningRate(0.5) }
            if step.batch == 2 { stop.make() }
        }
        do {
            #expect(try !trainer(options(), run: newRun(options()), stop).train(callbacks: [recorder]))
        }
        #expect(recorder.rates == [0.001, 0.5] && recorder.calls.last == "end false")
        let later = Recorder()
        later.afterBatch = { step, trainer in
            if step.epoch == 2 { try trainer.setLearningRate(nil) }
        }
        #expect(try trainer(options(), run: RunFolder(folder("run"))).train(callbacks: [later]))
        #expect(later.rates == [0.5, 0.5, 0.001, 0.001])
        #expect(throws: TrainingError.self) { try trainer(options()).setLearningRate(-1) }
    }

    @Test("an error of one ends training with that error, and the epochs before are kept")
    func errors() throws {
        struct Failure: Error {}
        let recorder = Recorder()
        recorder.afterBatch = { step, _ in if step.epoch == 2 { throw Failure() } }
        do {
            let trainer = try trainer(options(), run: newRun(options()))
            #expect(throws: Failure.self) { try trainer.train(callbacks: [recorder]) }
        }
        #expect(try trainer(options(), run: RunFolder(folder("run"))).progress.epoch == 1)
    }

    @Test("early stopping ends training after so many epochs without a better one")
    func earlyStopping() throws {
        let recorder = Recorder()
        recorder.afterEpoch = { _, trainer in try trainer.setLearningRate(1e-30) }
        let trainer = try trainer(options(epochs: 20, earlyStopping: 2))
        #expect(try trainer.train(callbacks: [recorder]))
        // From the second epoch on nothing changes.
        #expect(trainer.progress.epoch == 3 && trainer.progress.best?.epoch == 1)
    }

    @Test("a file of metrics has a row an epoch")
    func metricsFile() throws {
        let path = folder("metrics.csv")
        #expect(try trainer(options()).train(callbacks: [MetricsFile(path)]))
        let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(rows.count == 3 && rows[2].hasPrefix("2,"))
    }
}
