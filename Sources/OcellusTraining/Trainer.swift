import OcellusData
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks

/// Trains a network on a data set: epochs of shuffled, augmented batches, each followed by validation; the weights of the
/// best epoch become the model. With weights that were trained on other pictures it does so in two stages
/// (`TransferOptions`).
///
/// With a `RunFolder` everything is on the disk after each epoch, and a run that was stopped goes on to the same bits.
public final class Trainer {
    /// How the network is trained, with the micro-batch that was chosen.
    public let options: TrainingOptions
    /// How far it has come.
    public internal(set) var progress = TrainingProgress()
    /// What training takes of the device's memory.
    public let memory: TrainingMemory

    /// What runs the network.
    public var backend: any Backend { context.backend }
    /// What times each operation of training steps, and the work around them; nil for nothing.
    public var profiler: Profiler? {
        didSet { current?.profiler = profiler }
    }

    let context: StageRun.Context
    let stages: [TrainingStage]
    private let run: RunFolder?
    /// All weights as they were when the current stage began: those of its frozen layers are what they are. Nil when they are
    /// drawn from the seed.
    private var weights: ModelWeights?
    private(set) var current: StageRun?
    /// Steps that have been given to the device and are not part of `progress` yet: one at most when callbacks are called.
    var stepsUnderWay = 0
    /// The names and shapes of all weights and states, in order.
    private let tensors: [(name: String, shape: Shape)]
    /// The best epoch's weights, until they are on the disk.
    private var best: Model?
    private(set) var callbacks: [any TrainingCallback] = []

    /// Builds the graphs and reserves memory.
    ///
    /// - Parameters:
    ///   - network: what is trained. Its input must have the size that the cache's preprocessing gives.
    ///   - dataset: the labelled pictures.
    ///   - split: which picture is in which part.
    ///   - cache: decodes the pictures, and keeps them.
    ///   - backend: what runs the network, and keeps the weights.
    ///   - helpers: other devices that compute a share of each batch at the same time. Validation, and what frozen layers give, is
    ///     the first one's work alone.
    ///   - weights: what training starts from; nil to draw weights from the seed. A run that goes on has them in its folder.
    ///   - features: where what frozen layers give is kept.
    ///   - run: where everything is kept; nil to keep only the best weights, in memory. When it holds a checkpoint,
    ///     training goes on from there.
    ///   - stopRequest: how another thread, or a signal, asks training to stop.
    ///   - willReserve: told what it will take of the device's memory before anything is reserved.
    /// - Throws: `TrainingError`, `GraphError`, `DatasetError`, `BackendError`.
    public init(
        _ network: Network, dataset: Dataset, split: DataSplit, cache: PictureCache, backend: any Backend,
        helpers: [any Backend] = [],
        options: TrainingOptions = TrainingOptions(), weights: ModelWeights? = nil, features: FeatureCache = .memory,
        run: RunFolder? = nil, stopRequest: StopRequest = StopRequest(),
        willReserve: (TrainingMemory) -> Void = { _ in }
    ) throws {
        try options.validate()
        try Self.check(network, dataset, split, cache.preprocessing, options)
        memory = try TrainingMemory(
            for: network, options, on: backend, and: helpers,
            warp: PictureWarp(options.augmentation, cache.preprocessing, on: [backend] + helpers))
        var options = try options.balanced(for: dataset, split)
        options.microBatch = memory.microBatch
        self.options = options
        self.run = run
        context = StageRun.Context(
            network: network, dataset: dataset, split: split, cache: cache, backend: backend, helpers: helpers,
            options: options,
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
        if backend.precision.wantsLossScaling {
            progress.lossScale = progress.lossScale ?? LossScale()
        } else {
            progress.lossScale = nil
        }
        let run = try makeStage(progress.stage)
        try checkpoint?.restore(run.session.parameters)
        current = run
        progress.isFinished =
            isStageComplete && (progress.isStopped || progress.stage + 1 >= stages.count)
    }

    /// Trains until the last epoch, an early stop, or a request to stop.
    ///
    /// - Parameter callbacks: told what happens, and heard.
    /// - Returns: whether training has come to its end; false when it was interrupted, with everything saved.
    /// - Throws: `TrainingError` when the loss is no longer a number; the device's and the pictures' errors, and those of
    ///   callbacks. What was saved before stays.
    public func train(callbacks: [any TrainingCallback] = []) throws -> Bool {
        self.callbacks = callbacks
        if let patience = options.earlyStopping { self.callbacks.append(EarlyStopping(patience: patience)) }
        if let run { self.callbacks.append(RunSaver(run)) }
        defer { self.callbacks = [] }
        guard !progress.isFinished else { return true }
        try tell { try $0.trainingWillBegin(self) }
        while !progress.isFinished {
            guard try trainStage() else {
                try tell { try $0.trainingDidEnd(self) }
                return false
            }
            progress.isFinished = progress.isStopped || progress.stage + 1 >= stages.count
            if !progress.isFinished { try beginNextStage() }
        }
        try tell { try $0.trainingDidEnd(self) }
        return true
    }

    /// Ends training after the batch that is being computed, as if its epoch were the last: validation, and the end of the epoch,
    /// follow.
    public func stop() {
        progress.isStopped = true
        progress.isStageOver = true
    }

    /// Ends the stage after the batch that is being computed, as if its epoch were the last of the stage.
    public func endStage() { progress.isStageOver = true }

    /// How far the next step goes.
    public var learningRate: Float { progress.learningRate ?? scheduledLearningRate }

    /// Sets how far steps go from the next on, whatever the schedule says. It is part of checkpoints.
    ///
    /// - Parameter rate: above 0; nil to follow the schedule again.
    /// - Throws: `TrainingError` when it is no number above 0.
    public func setLearningRate(_ rate: Float?) throws {
        if let rate, !(rate.isFinite && rate > 0) {
            throw TrainingError("the learning rate is \(rate); it must be above 0")
        }
        progress.learningRate = rate
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
    /// - Parameter each: given the result of each batch; the batches are in the order of the pictures.
    /// - Throws: as `model()`, and the device's and the pictures' errors.
    public func evaluateBest(
        on part: Part, each: (BatchResult) -> Void = { _ in }
    ) throws -> ClassificationMetrics {
        // What training has taken is free again when there is no more of it.
        if progress.isFinished { current = nil }
        return try Evaluator.evaluate(
            model(), on: context.dataset, indices: context.split.indices(of: part), cache: context.cache,
            backend: backend, batchSize: options.capacity, each: each)
    }

    /// The files of a part's pictures, in the order in which they are evaluated.
    public func files(of part: Part) -> [String] {
        context.split.indices(of: part).map { context.dataset.file(of: context.dataset.samples[$0]) }
    }

    /// Fits a temperature on the validation part and gives it to the best epoch's model, whose weights stay as they are.
    ///
    /// - Throws: as `evaluateBest(on:)`; `ModelError` when the model cannot be written.
    public func calibrate() throws {
        var model = try model()
        guard model.calibration == nil else { return }
        var (probabilities, losses, labels): ([Float], [Float], [Int32]) = ([], [], [])
        _ = try evaluateBest(on: .validation) { result in
            probabilities += result.probabilities
            losses += result.losses
            labels += result.labels
        }
        model.calibration = TemperatureScaling.fit(probabilities, losses: losses, labels: labels)
        if let run { try model.save(to: run.modelPath) } else { best = model }
    }

    /// Whether the stage has come to its end.
    var isStageComplete: Bool {
        (progress.isStageOver && progress.batch == 0)
            || progress.epoch - progress.stageStart.epoch >= stages[progress.stage].epochs
    }

    /// Whether the stage's first layers are frozen.
    var isTrainingOnFeatures: Bool { stages[progress.stage].firstLayer > 0 }

    /// What the schedule says of the next step.
    private var scheduledLearningRate: Float {
        var next = progress
        next.step += stepsUnderWay
        return stages[progress.stage].learningRate(at: next, of: current?.training.batchCount ?? 1)
    }

    /// Calls all callbacks in order.
    func tell(_ call: (any TrainingCallback) throws -> Void) throws {
        for callback in callbacks { try call(callback) }
    }

    private func makeStage(_ index: Int) throws -> StageRun {
        guard stages.indices.contains(index) else {
            throw TrainingError("the run's checkpoint is of stage \(index + 1), and there are \(stages.count)")
        }
        let run = try StageRun(stages[index], context, weights: weights) { [weak self] done, count in
            self?.callbacks.forEach { $0.didComputeFeatures(done, of: count) }
        }
        run.profiler = profiler
        return run
    }

    private func beginNextStage() throws {
        weights = try currentWeights()
        // Its memory first, for the next one to use.
        current = nil
        progress.beginNextStage()
        current = try makeStage(progress.stage)
    }

    /// One stage, or the rest of it.
    /// - Returns: whether it came to its end; false when training was interrupted before.
    private func trainStage() throws -> Bool {
        let run = try current ?? makeStage(progress.stage)
        current = run
        let report = report(of: run.stage)
        try tell { try $0.stageWillBegin(report, self) }
        while !isStageComplete {
            guard !context.stopRequest.isMade, try trainEpoch(run) else { return false }
        }
        return true
    }

    /// Keeps the weights as they are now as the best.
    func keepBest(_ metrics: EpochMetrics) throws { best = try model(metrics) }

    /// All weights as they are now, or their averages.
    private func currentWeights() throws -> ModelWeights {
        guard let parameters = current?.session.parameters else { return weights ?? ModelWeights([]) }
        return ModelWeights(
            try tensors.map { name, shape in
                let trained = [WeightAverage.prefix + name, name].first { parameters.shape(of: $0) != nil }
                return NamedTensor(
                    name, shape, try trained.map(parameters.read) ?? weights?.values(of: name) ?? [])
            })
    }

    /// The model of the weights as they are now: between two steps, whatever the best epoch's are.
    ///
    /// - Parameter metrics: what its record says of it.
    public func currentModel(_ metrics: [String: Double] = [:]) throws -> Model {
        Model(
            network: context.network, classes: context.dataset.classes, preprocessing: context.cache.preprocessing,
            training: TrainingRecord(
                options: options.record.merging(["precision": backend.precision.rawValue]) { $1 }, seed: options.seed,
                versions: ["ocellus": ocellusVersion, "device": backend.device.name],
                dataFingerprint: context.dataset.fingerprint, metrics: metrics),
            weights: try currentWeights())
    }

    private func model(_ metrics: EpochMetrics) throws -> Model {
        try currentModel([
            "epoch": Double(metrics.epoch), "validation.accuracy": metrics.validationAccuracy,
            "validation.loss": metrics.validationLoss,
        ])
    }

    /// Writes all that a run needs to go on.
    func save(to run: RunFolder) throws {
        guard let current, progress.step > 0 else { return }
        // The model first: a run that is killed between the two takes its epochs again, to the same bits.
        if let best {
            try best.save(to: run.modelPath)
            self.best = nil
        }
        try MetricsFile(run.metricsPath).write(progress.history)
        try Checkpoint.write(progress, of: current.session.parameters, to: run.checkpointPath)
    }
}
