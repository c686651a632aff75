import OcellusData
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks
import Synchronization

/// Trains a network on a data set: epochs of shuffled, augmented batches, each followed by validation; the weights of the
/// best epoch become the model. With weights that were trained on other pictures it does so in two stages
/// (`TransferOptions`).
///
/// With a `RunFolder` everything is on the disk after each epoch, and a run that was stopped goes on to the same bits.
public final class Trainer {
    /// How the network is trained, with the micro-batch that was chosen.
    public let options: TrainingOptions
    /// How far it has come.
    public private(set) var progress = TrainingProgress()
    /// What training takes of the device's memory.
    public let memory: TrainingMemory

    /// What runs the network.
    public var backend: any Backend { context.backend }
    /// What times each operation of training steps, and the work around them; nil for nothing.
    public var profiler: Profiler? {
        didSet { current?.session.training.profiler = profiler }
    }

    private let context: StageRun.Context
    private let stages: [TrainingStage]
    private let run: RunFolder?
    /// All weights as they were when the current stage began: those of its frozen layers are what they are. Nil when they are
    /// drawn from the seed.
    private var weights: ModelWeights?
    private var current: StageRun?
    /// The names and shapes of all weights and states, in order.
    private let tensors: [(name: String, shape: Shape)]
    /// The best epoch's weights, until they are on the disk.
    private var best: Model?
    private var sinceSave = Stopwatch()
    private weak var observer: (any TrainingObserver)?

    /// Builds the graphs and reserves memory.
    ///
    /// - Parameters:
    ///   - network: what is trained. Its input must have the size that the cache's preprocessing gives.
    ///   - dataset: the labelled pictures.
    ///   - split: which picture is in which part.
    ///   - cache: decodes the pictures, and keeps them.
    ///   - backend: what runs the network.
    ///   - weights: what training starts from; nil to draw weights from the seed. A run that goes on has them in its folder.
    ///   - features: where what frozen layers give is kept.
    ///   - run: where everything is kept; nil to keep only the best weights, in memory. When it holds a checkpoint,
    ///     training goes on from there.
    ///   - stopRequest: how another thread, or a signal, asks training to stop.
    ///   - willReserve: told what it will take of the device's memory before anything is reserved.
    /// - Throws: `TrainingError`, `GraphError`, `DatasetError`, `BackendError`.
    public init(
        _ network: Network, dataset: Dataset, split: DataSplit, cache: PictureCache, backend: any Backend,
        options: TrainingOptions = TrainingOptions(), weights: ModelWeights? = nil, features: FeatureCache = .memory,
        run: RunFolder? = nil, stopRequest: StopRequest = StopRequest(),
        willReserve: (TrainingMemory) -> Void = { _ in }
    ) throws {
        try options.validate()
        try Self.check(network, dataset, split, cache.preprocessing, options)
        memory = try TrainingMemory(for: network, options, on: backend)
        var options = options
        options.microBatch = memory.microBatch
        self.options = options
        self.run = run
        context = StageRun.Context(
            network: network, dataset: dataset, split: split, cache: cache, backend: backend, options: options,
            features: features, stopRequest: stopRequest)
        let graph = try network.inferenceGraph()
        tensors = graph.storedValues.map { (graph[$0].name, graph[$0].description.shape) }
        stages = try TrainingStage.all(of: network, options)
        willReserve(memory)
        // In memory, where whoever keeps them shares them.
        self.weights = try (weights ?? run?.initialWeights()).map { given in
            ModelWeights(try tensors.map { NamedTensor($0.name, $0.shape, try given.values(of: $0.name)) })
        }
        guard options.transfer == nil || self.weights != nil else {
            throw TrainingError("there are no weights to start from, and without them all layers are trained")
        }
        let checkpoint = try run?.checkpoint()
        if let checkpoint { progress = checkpoint.progress }
        let run = try makeStage(progress.stage)
        try checkpoint?.restore(run.session.parameters)
        current = run
        progress.isFinished = isComplete
    }

    /// Trains until the last epoch, an early stop, or a request to stop.
    ///
    /// - Returns: whether training has come to its end; false when it was asked to stop, with everything saved.
    /// - Throws: `TrainingError` when the loss is no longer a number; the device's and the pictures' errors. What was saved
    ///   before stays.
    public func train(observer: (any TrainingObserver)? = nil) throws -> Bool {
        self.observer = observer
        defer { self.observer = nil }
        while !progress.isFinished {
            guard try trainStage(observer) else {
                try save()
                return false
            }
            if progress.stage + 1 < stages.count { try beginNextStage() }
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
        // What training has taken is free again when there is no more of it.
        if progress.isFinished { current = nil }
        return try Evaluator.evaluate(
            model(), on: context.dataset, indices: context.split.indices(of: part), cache: context.cache,
            backend: backend, batchSize: options.capacity)
    }

    private var isComplete: Bool { progress.stage + 1 >= stages.count && isStageComplete }

    private var isStageComplete: Bool {
        progress.epoch - progress.stageStart.epoch >= stages[progress.stage].epochs
            || progress.isStale(after: options.earlyStopping)
    }

    private func makeStage(_ index: Int) throws -> StageRun {
        guard stages.indices.contains(index) else {
            throw TrainingError("the run's checkpoint is of stage \(index + 1), and there are \(stages.count)")
        }
        let run = try StageRun(stages[index], context, weights: weights) { [weak self] in
            self?.observer?.didComputeFeatures($0, of: $1)
        }
        run.session.training.profiler = profiler
        return run
    }

    private func currentStage() throws -> StageRun {
        if let current { return current }
        let run = try makeStage(progress.stage)
        current = run
        return run
    }

    private func beginNextStage() throws {
        weights = try currentWeights()
        // Its memory first, for the next one to use.
        current = nil
        progress.stage += 1
        progress.stageStart = StageStart(epoch: progress.epoch, step: progress.step)
        _ = try currentStage()
        try save()
    }

    /// One stage, or the rest of it.
    /// - Returns: whether it came to its end; false when training was asked to stop before.
    private func trainStage(_ observer: (any TrainingObserver)?) throws -> Bool {
        let stage = try currentStage()
        observer?.willRun(report(of: stage.stage))
        while !isStageComplete {
            guard !context.stopRequest.isMade, try trainEpoch(stage, observer) else { return false }
        }
        return true
    }

    /// One epoch, or the rest of it.
    /// - Returns: whether it came to its end; false when training was asked to stop before.
    private func trainEpoch(_ run: StageRun, _ observer: (any TrainingObserver)?) throws -> Bool {
        let source = run.training
        var rate = run.stage.learningRate
        let stopwatch = Stopwatch(progress.seconds)
        do {
            try source.start(epoch: progress.epoch, batch: progress.batch)
        } catch is CancellationError {
            return false
        }
        while let batch = try profiler.measure("wait for pictures", { try source.next() }) {
            let step = progress.step - progress.stageStart.step + 1
            rate = run.stage.learningRate(atStep: step, of: source.batchCount)
            let result = try run.session.train(batch, step: step, learningRate: rate, seed: options.seed)
            let totals = result.totals
            guard totals.loss.isFinite else { throw diverged }
            progress.step += 1
            progress.batch += 1
            progress.totals += totals
            progress.seconds = stopwatch.seconds
            observer?.didStep(report(source))
            if context.stopRequest.isMade, progress.batch < source.batchCount { return false }
        }
        let trainingSeconds = stopwatch.seconds
        let validation: RunningTotals
        do {
            validation = try profiler.measure("validate") { try validate(run) }
        } catch is CancellationError {
            return false
        }
        guard validation.loss.isFinite else { throw diverged }
        let metrics = EpochMetrics(
            epoch: progress.epoch + 1, loss: progress.totals.meanLoss, accuracy: progress.totals.accuracy,
            validationLoss: validation.meanLoss, validationAccuracy: validation.accuracy,
            learningRate: rate, seconds: stopwatch.seconds,
            imagesPerSecond: Double(progress.totals.images) / max(trainingSeconds, 1e-9))
        let isBest = progress.best.map { metrics.isBetter(than: $0) } ?? true
        progress.history.append(metrics)
        progress.epoch += 1
        progress.batch = 0
        progress.totals = RunningTotals()
        progress.seconds = 0
        progress.isFinished = isComplete
        if isBest { best = try model(metrics) }
        // Epochs on features take milliseconds, and saving as long: then it is done once a second.
        if run.stage.firstLayer == 0 || sinceSave.seconds > 1 || isStageComplete { try save() }
        observer?.didFinishEpoch(metrics, of: options.epochs, isBest: isBest)
        return true
    }

    private var diverged: TrainingError {
        TrainingError(
            "the loss is no longer a number (epoch \(progress.epoch + 1), step \(progress.step + 1)): training has diverged; "
                + "try a smaller \(progress.stage == 0 ? "--learning-rate" : "--fine-tune-learning-rate") than "
                + "\(stages[progress.stage].learningRate)")
    }

    /// All weights as they are now.
    private func currentWeights() throws -> ModelWeights {
        guard let parameters = current?.session.parameters else { return weights ?? ModelWeights([]) }
        return ModelWeights(
            try tensors.map { name, shape in
                let isTrained = parameters.shape(of: name) != nil
                return NamedTensor(
                    name, shape, isTrained ? try parameters.read(name) : try weights?.values(of: name) ?? [])
            })
    }

    /// The model of the weights as they are now.
    private func model(_ metrics: EpochMetrics) throws -> Model {
        Model(
            network: context.network, classes: context.dataset.classes, preprocessing: context.cache.preprocessing,
            training: TrainingRecord(
                options: options.record, seed: options.seed,
                versions: ["ocellus": ocellusVersion, "device": backend.device.name],
                dataFingerprint: context.dataset.fingerprint,
                metrics: [
                    "epoch": Double(metrics.epoch), "validation.accuracy": metrics.validationAccuracy,
                    "validation.loss": metrics.validationLoss,
                ]),
            weights: try currentWeights())
    }

    private func report(of stage: TrainingStage) -> StageReport {
        let outline = (try? context.network.outline()) ?? []
        let first = outline.dropFirst(stage.firstLayer)
        return StageReport(
            number: progress.stage + 1, count: stages.count,
            firstBlock: stage.firstLayer == 0 ? nil : first.first(where: \.hasParameters)?.block,
            isHeadAlone: first.count(where: \.hasParameters) == 1, epochs: stage.epochs,
            learningRate: stage.learningRate)
    }

    private func report(_ source: any BatchSource) -> StepReport {
        let epochSeconds = progress.seconds / Double(max(progress.totals.images, 1)) * Double(source.count)
        let validationSeconds =
            progress.epoch == progress.stageStart.epoch
            ? 0 : progress.history.last.map { $0.seconds - Double(source.count) / $0.imagesPerSecond } ?? 0
        let epochsLeft = progress.stageStart.epoch + stages[progress.stage].epochs - progress.epoch
        let secondsLeft = (epochSeconds + validationSeconds) * Double(epochsLeft) - progress.seconds
        return StepReport(
            epoch: progress.epoch + 1, epochs: options.epochs, batch: progress.batch, batches: source.batchCount,
            totals: progress.totals, imagesPerSecond: Double(progress.totals.images) / max(progress.seconds, 1e-9),
            secondsLeft: max(secondsLeft, 0))
    }

    private func save() throws {
        sinceSave = Stopwatch()
        guard let run, let current, progress.step > 0 else { return }
        // The model first: a run that is killed between the two takes its epochs again, to the same bits.
        if let best {
            try best.save(to: run.modelPath)
            self.best = nil
        }
        try run.writeMetrics(progress.history)
        try Checkpoint.write(progress, of: current.session.parameters, to: run.checkpointPath)
    }

    private func validate(_ run: StageRun) throws -> RunningTotals {
        var totals = RunningTotals()
        try run.validation.start(epoch: 0, batch: 0)
        while let batch = try run.validation.next() { totals += try run.session.evaluate(batch).totals }
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
