import OcellusData
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks
import Synchronization

/// Trains a network on a data set: epochs of shuffled, augmented batches, each followed by validation; the weights of the
/// best epoch become the model.
///
/// With a `RunFolder` everything is on the disk after each epoch, and a run that was stopped goes on to the same bits.
public final class Trainer {
    /// How the network is trained.
    public let options: TrainingOptions
    /// How far it has come.
    public private(set) var progress = TrainingProgress()
    /// How the device's memory is laid out.
    public var memory: MemoryPlan { session.training.memory }

    /// What runs the network.
    public var backend: any Backend { session.parameters.backend }
    /// What times each operation of training steps, and the work around them; nil for nothing.
    public var profiler: Profiler? {
        get { session.training.profiler }
        set { session.training.profiler = newValue }
    }

    private let network: Network
    private let dataset: Dataset
    private let cache: PictureCache
    private let session: TrainingSession
    private let run: RunFolder?
    private let split: DataSplit
    private let trainingLoader: Loader
    private let validationLoader: Loader
    private let stopRequest: StopRequest
    /// The best epoch's weights when there is no folder to keep them.
    private var best: Model?

    /// Builds the graphs and reserves memory.
    ///
    /// - Parameters:
    ///   - network: what is trained. Its input must have the size that the cache's preprocessing gives.
    ///   - dataset: the labelled pictures.
    ///   - split: which picture is in which part.
    ///   - cache: decodes the pictures, and keeps them.
    ///   - backend: what runs the network.
    ///   - run: where everything is kept; nil to keep only the best weights, in memory. When it holds a checkpoint,
    ///     training goes on from there.
    ///   - stopRequest: how another thread, or a signal, asks training to stop.
    ///   - willReserve: told the memory plan before anything is reserved.
    /// - Throws: `TrainingError`, `GraphError`, `DatasetError`, `BackendError`.
    public init(
        _ network: Network, dataset: Dataset, split: DataSplit, cache: PictureCache, backend: any Backend,
        options: TrainingOptions = TrainingOptions(), run: RunFolder? = nil, stopRequest: StopRequest = StopRequest(),
        willReserve: (MemoryPlan) -> Void = { _ in }
    ) throws {
        try options.validate()
        try Self.check(network, dataset, split, cache.preprocessing, options)
        self.network = network
        self.dataset = dataset
        self.cache = cache
        self.options = options
        self.run = run
        self.stopRequest = stopRequest
        let graphs = try TrainingGraphs(network, loss: options.loss, optimizer: options.optimizer, backend: backend)
        willReserve(Plan.memoryPlan(graphs.training, backend, capacity: options.batchSize))
        session = try TrainingSession(graphs, backend: backend, capacity: options.batchSize, seed: options.seed)
        self.split = split
        trainingLoader = try Loader(
            dataset, indices: split.indices(of: .train), cache: cache,
            options: Loader.Options(
                batchSize: options.batchSize, isShuffled: true, seed: options.seed, augmentation: options.augmentation))
        validationLoader = try Loader(
            dataset, indices: split.indices(of: .validation), cache: cache,
            options: Loader.Options(batchSize: options.batchSize))
        if let checkpoint = try run?.checkpoint() {
            try checkpoint.restore(session.parameters)
            progress = checkpoint.progress
            progress.isFinished = isComplete
        }
    }

    /// Trains until the last epoch, an early stop, or a request to stop.
    ///
    /// - Returns: whether training has come to its end; false when it was asked to stop, with everything saved.
    /// - Throws: `TrainingError` when the loss is no longer a number; the device's and the pictures' errors. What was saved
    ///   before stays.
    public func train(observer: (any TrainingObserver)? = nil) throws -> Bool {
        while !progress.isFinished {
            guard !stopRequest.isMade, try trainEpoch(observer) else {
                // At an epoch's end everything has just been saved.
                if progress.batch > 0 { try save() }
                return false
            }
        }
        return true
    }

    /// The model with the best epoch's weights.
    ///
    /// - Throws: `TrainingError` when no epoch is complete yet; `ModelError`.
    public func model() throws -> Model {
        guard progress.best != nil else { throw TrainingError("no epoch is complete yet: there is no model") }
        if let best { return best }
        guard let run else { throw TrainingError("no epoch is complete yet: there is no model") }
        return try Model(contentsOf: run.modelPath)
    }

    /// Evaluates the best epoch's weights on a part. The weights being trained stay as they are.
    ///
    /// - Throws: as `model()`, and the device's and the pictures' errors.
    public func evaluateBest(on part: Part) throws -> ClassificationMetrics {
        try Evaluator.evaluate(
            model(), on: dataset, indices: split.indices(of: part), cache: cache, backend: backend,
            batchSize: options.batchSize)
    }

    private var isComplete: Bool {
        progress.epoch >= options.epochs || progress.isStale(after: options.earlyStopping)
    }

    /// One epoch, or the rest of it.
    /// - Returns: whether it came to its end; false when training was asked to stop before.
    private func trainEpoch(_ observer: (any TrainingObserver)?) throws -> Bool {
        let loader = trainingLoader
        let stopwatch = Stopwatch(progress.seconds)
        loader.start(epoch: progress.epoch, batch: progress.batch)
        while let batch = try profiler.measure("wait for pictures", { try loader.next() }) {
            let result = try session.train(
                batch, step: progress.step + 1, learningRate: options.optimizer.learningRate, seed: options.seed)
            let totals = result.totals
            guard totals.loss.isFinite else { throw diverged }
            progress.step += 1
            progress.batch += 1
            progress.totals += totals
            progress.seconds = stopwatch.seconds
            observer?.didStep(report(loader))
            if stopRequest.isMade, progress.batch < loader.batchCount { return false }
        }
        let trainingSeconds = stopwatch.seconds
        let validation = try profiler.measure("validate") { try validate() }
        guard validation.loss.isFinite else { throw diverged }
        let metrics = EpochMetrics(
            epoch: progress.epoch + 1, loss: progress.totals.meanLoss, accuracy: progress.totals.accuracy,
            validationLoss: validation.meanLoss, validationAccuracy: validation.accuracy,
            learningRate: options.optimizer.learningRate, seconds: stopwatch.seconds,
            imagesPerSecond: Double(progress.totals.images) / max(trainingSeconds, 1e-9))
        let isBest = progress.best.map { metrics.isBetter(than: $0) } ?? true
        progress.history.append(metrics)
        progress.epoch += 1
        progress.batch = 0
        progress.totals = RunningTotals()
        progress.seconds = 0
        progress.isFinished = isComplete
        // The model first: a run that is killed between the two takes this epoch again, to the same bits.
        if isBest { try keepModel(metrics) }
        try save()
        observer?.didFinishEpoch(metrics, of: options.epochs, isBest: isBest)
        return true
    }

    private var diverged: TrainingError {
        TrainingError(
            "the loss is no longer a number (epoch \(progress.epoch + 1), step \(progress.step + 1)): training has diverged; "
                + "try a smaller --learning-rate than \(options.optimizer.learningRate)")
    }

    /// Makes the weights as they are now the model.
    private func keepModel(_ metrics: EpochMetrics) throws {
        let model = Model(
            network: network, classes: dataset.classes, preprocessing: cache.preprocessing,
            training: TrainingRecord(
                options: options.record, seed: options.seed,
                versions: ["ocellus": ocellusVersion, "device": backend.device.name],
                dataFingerprint: dataset.fingerprint,
                metrics: [
                    "epoch": Double(metrics.epoch), "validation.accuracy": metrics.validationAccuracy,
                    "validation.loss": metrics.validationLoss,
                ]),
            weights: try ModelWeights(of: network.inferenceGraph(), in: session.parameters))
        if let run { try model.save(to: run.modelPath) } else { best = model }
    }

    private func report(_ loader: Loader) -> StepReport {
        let epochSeconds = progress.seconds / Double(max(progress.totals.images, 1)) * Double(loader.count)
        let secondsLeft =
            epochSeconds * Double(options.epochs - progress.epoch) - progress.seconds
            + (progress.history.last.map { $0.seconds - Double(loader.count) / $0.imagesPerSecond } ?? 0)
            * Double(options.epochs - progress.epoch)
        return StepReport(
            epoch: progress.epoch + 1, epochs: options.epochs, batch: progress.batch, batches: loader.batchCount,
            totals: progress.totals, imagesPerSecond: Double(progress.totals.images) / max(progress.seconds, 1e-9),
            secondsLeft: max(secondsLeft, 0))
    }

    private func save() throws {
        guard let run else { return }
        try run.writeMetrics(progress.history)
        try Checkpoint.write(progress, of: session.parameters, to: run.checkpointPath)
    }

    private func validate() throws -> RunningTotals {
        var totals = RunningTotals()
        validationLoader.start(epoch: 0)
        while let batch = try validationLoader.next() { totals += try session.evaluate(batch).totals }
        return totals
    }

    private static func check(
        _ network: Network, _ dataset: Dataset, _ split: DataSplit, _ preprocessing: Preprocessing,
        _ options: TrainingOptions
    ) throws {
        guard network.input == [preprocessing.height, preprocessing.width, 3] else {
            throw TrainingError(
                "the network '\(network.name)' wants pictures \(network.input), but they are prepared as "
                    + "[\(preprocessing.height), \(preprocessing.width), 3]")
        }
        let classes = try network.classCount()
        guard classes == dataset.classes.count else {
            throw TrainingError(
                "the network '\(network.name)' tells \(classes) classes apart, but the data set has "
                    + "\(dataset.classes.count): \(dataset.classes.joined(separator: ", "))")
        }
        for part in Part.allCases where split.indices(of: part).isEmpty {
            throw TrainingError("the split has no picture in its \(part.rawValue) part")
        }
        for (name, count) in zip(dataset.classes, split.counts(of: .train, in: dataset)) where count == 0 {
            throw TrainingError("the class '\(name)' has no picture in the training part")
        }
        guard options.classWeights.isEmpty || options.classWeights.count == classes else {
            throw TrainingError("there are \(options.classWeights.count) class weights for \(classes) classes")
        }
    }
}

/// How a signal or another thread asks training to stop after the current step.
public final class StopRequest: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Not made yet.
    public init() {}

    /// Asks to stop.
    public func make() { flag.store(true, ordering: .relaxed) }

    /// Whether it was made.
    public var isMade: Bool { flag.load(ordering: .relaxed) }
}
