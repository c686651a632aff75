import OcellusData
import OcellusGraph
import OcellusModels
import OcellusNetworks

/// A network on a device, ready to take training steps and to be evaluated in between. Training and evaluation share the
/// weights and the activations' memory; where an average of the weights is kept, it is that which is evaluated.
public final class TrainingSession {
    /// Weights, running statistics and the optimiser's states.
    public let parameters: ParameterStore
    /// The plan of a training step.
    public let training: Plan
    /// The plan of an evaluation step.
    public let evaluation: Plan

    private var runner: BatchRunner
    private let accumulatesGradients: Bool
    private let helpers: DataParallel?
    private let checksGradients: Bool

    /// Reserves memory and initialises the weights.
    ///
    /// - Parameters:
    ///   - helpers: other devices that take a share of each batch, with their graphs, which must accumulate gradients.
    ///   - capacity: how many pictures are computed at once, on each device. Larger batches are made up of micro-batches of so many, for
    ///     which the graphs must accumulate gradients.
    ///   - seed: what weights are drawn from.
    ///   - weights: what they are instead, as far as they are among these.
    /// - Throws: `GraphError`, `BackendError`, `ModelError`.
    public init(
        _ graphs: TrainingGraphs, backend: any Backend, helpers: [(graphs: TrainingGraphs, backend: any Backend)] = [],
        capacity: Int, seed: UInt64, weights: ModelWeights? = nil
    ) throws {
        guard graphs.accumulatesGradients && helpers.allSatisfy(\.graphs.accumulatesGradients) || helpers.isEmpty else {
            throw TrainingError("several devices train together only where gradients are added up")
        }
        accumulatesGradients = graphs.accumulatesGradients
        checksGradients = graphs.checksGradients
        parameters = ParameterStore(backend: backend)
        try parameters.add(graphs.training, seed: seed) { name in
            guard let weights, weights.shape(of: name) != nil else { return nil }
            return try weights.values(of: name)
        }
        for name in graphs.averagedNames {
            try parameters.write(parameters.read(name), to: WeightAverage.prefix + name)
        }
        let evaluated =
            graphs.averagedNames.isEmpty ? parameters : parameters.view(ofNamesBehind: WeightAverage.prefix)
        try evaluated.add(graphs.evaluation, seed: seed)
        training = try Plan(
            graphs.training, capacity: capacity, parameters: parameters,
            withRoomFor: Plan.memoryPlan(graphs.evaluation, backend, capacity: capacity))
        evaluation = try Plan(
            graphs.evaluation, capacity: capacity, parameters: evaluated, sharingMemoryOf: training)
        self.helpers =
            helpers.isEmpty
            ? nil
            : try DataParallel(
                parameters, helpers.map { ($0.graphs.gradients, $0.backend) }, capacity: capacity, seed: seed)
        runner = BatchRunner(
            classCount: graphs.training.inputs["targets"].map { graphs.training[$0].description.shape[0] } ?? 0)
    }

    /// How the memory of a session would be laid out, without reserving any.
    static func memory(_ graphs: TrainingGraphs, _ backend: any Backend, capacity: Int) -> MemoryPlan {
        Plan.memoryPlan(graphs.training, backend, capacity: capacity)
            .withRoom(for: Plan.memoryPlan(graphs.evaluation, backend, capacity: capacity))
    }

    /// Begins one step on a batch, or skips it when its gradients overflow at the scale of the loss: that alone is waited for.
    ///
    /// - Parameters:
    ///   - step: the step's number, from 1.
    ///   - learningRate: how far it goes.
    ///   - momentum: what it keeps of the first moment or the velocity; nil for what the optimiser says.
    ///   - seed: what dropout is drawn from.
    ///   - scale: what the loss is scaled by; it is told whether the step was skipped, which is found out where the graphs check
    ///     gradients. Nil for no scaling.
    /// - Returns: the losses and probabilities from before the step.
    func startTraining(
        _ batch: InputBatch, step: Int, learningRate: Float, momentum: Float? = nil, seed: UInt64,
        scale: inout LossScale?
    ) throws -> PendingBatchResult {
        var invocation = Invocation(
            count: batch.count, lossScale: scale?.value ?? 1, step: step, learningRate: learningRate,
            momentum: momentum, seed: seed)
        guard accumulatesGradients || batch.count <= training.capacity else {
            throw TrainingError(
                "a batch of \(batch.count) pictures, memory for \(training.capacity), and gradients that are not added up"
            )
        }
        guard accumulatesGradients || checksGradients else { return try runner.start(training, batch, invocation) }
        try helpers?.distribute()
        let plans = [training] + (helpers?.plans ?? [])
        let result = try runner.start(plans, batch, invocation, phases: .prepare ... .backward)
        try helpers?.reduce(from: min(batch.count, plans.count) - 1)
        // The optimiser counts the updates, and random numbers the steps.
        invocation.step -= scale?.skippedSteps ?? 0
        let isSkipped = try scale != nil && hasOverflow(invocation)
        if !isSkipped { try update(invocation) }
        scale?.record(isSkipped: isSkipped)
        return result
    }

    /// Whether some gradient, or sum of gradients, is infinite or no number.
    private func hasOverflow(_ invocation: Invocation) throws -> Bool {
        guard checksGradients else { return false }
        var invocation = invocation
        invocation.count = min(invocation.count, training.capacity)
        try training.run(invocation, phases: .check ... .check)
        return try training.read("nonfinite", count: 1) != [0]
    }

    /// Changes the weights by the gradients, or their sums.
    private func update(_ invocation: Invocation) throws {
        var invocation = invocation
        invocation.count = min(invocation.count, training.capacity)
        try training.run(invocation, phases: .update ... .update)
    }

    /// Takes one step on a batch, as ``startTraining(_:step:learningRate:momentum:seed:scale:)``, and waits for it.
    func train(
        _ batch: InputBatch, step: Int, learningRate: Float, seed: UInt64, scale: inout LossScale?
    ) throws -> BatchResult {
        try startTraining(batch, step: step, learningRate: learningRate, seed: seed, scale: &scale).result()
    }

    /// Begins to compute the losses and probabilities of a batch; nothing is changed.
    func startEvaluating(_ batch: InputBatch) throws -> PendingBatchResult {
        try runner.start(evaluation, batch, Invocation(count: batch.count))
    }
}

/// What a step says of a batch.
public struct BatchResult: Sendable {
    /// The loss of each sample.
    public let losses: [Float]
    /// `[count, classes]`, row-major.
    public let probabilities: [Float]
    /// The true class of each sample.
    public let labels: [Int32]

    /// Sums over the batch, in sample order.
    public var totals: RunningTotals {
        let classes = labels.isEmpty ? 0 : probabilities.count / labels.count
        var totals = RunningTotals()
        for (sample, label) in labels.enumerated() {
            totals.images += 1
            totals.loss += Double(losses[sample])
            let row = probabilities[sample * classes..<(sample + 1) * classes]
            if let best = row.indices.max(by: { (row[$0], $1) < (row[$1], $0) }), best - row.startIndex == Int(label) {
                totals.correct += 1
            }
        }
        return totals
    }
}

extension BatchResult {
    /// The result of a calibrated model.
    func calibrated(by calibration: Calibration) -> BatchResult {
        guard !labels.isEmpty else { return self }
        let classes = probabilities.count / labels.count
        var (calibrated, losses): ([Float], [Float]) = ([], [])
        for (sample, label) in labels.enumerated() {
            let row = calibration.calibrated(probabilities[sample * classes..<(sample + 1) * classes])
            calibrated += row
            losses.append(-Float(Calibration.logit(row[Int(label)])))
        }
        return BatchResult(losses: losses, probabilities: calibrated, labels: labels)
    }
}

/// Sums of loss and hits over pictures, from which means are made.
public struct RunningTotals: Sendable, Codable, Equatable {
    /// How many pictures.
    public var images = 0
    /// The sum of their losses.
    public var loss = 0.0
    /// How many were told rightly.
    public var correct = 0

    /// Nothing yet.
    public init() {}

    /// Adds other pictures.
    public static func += (left: inout RunningTotals, right: RunningTotals) {
        left.images += right.images
        left.loss += right.loss
        left.correct += right.correct
    }

    /// The mean loss; 0 of no pictures.
    public var meanLoss: Double { images == 0 ? 0 : loss / Double(images) }
    /// The part told rightly, 0…1; 0 of no pictures.
    public var accuracy: Double { images == 0 ? 0 : Double(correct) / Double(images) }
}
