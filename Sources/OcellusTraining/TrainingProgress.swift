/// What one epoch gave: a row of `metrics.csv`.
public struct EpochMetrics: Sendable, Codable, Equatable {
    /// From 1.
    public var epoch: Int
    /// The mean loss over the training pictures, each taken just before its step.
    public var loss: Double
    /// The part of the training pictures told rightly just before their step, 0…1.
    public var accuracy: Double
    /// The mean loss over the validation pictures after the epoch.
    public var validationLoss: Double
    /// The part of the validation pictures told rightly after the epoch, 0…1.
    public var validationAccuracy: Double
    /// The learning rate of the last step.
    public var learningRate: Float
    /// How long the epoch took, validation included.
    public var seconds: Double
    /// Training pictures a second, validation not counted.
    public var imagesPerSecond: Double

    /// Whether this epoch's weights are better: a higher validation accuracy, or as high a one at a lower loss.
    public func isBetter(than other: EpochMetrics) -> Bool {
        (validationAccuracy, -validationLoss) > (other.validationAccuracy, -other.validationLoss)
    }
}

/// How far a run has come: with the weights and states, all that it needs to go on.
public struct TrainingProgress: Sendable, Codable, Equatable {
    /// Stages that are complete.
    public var stage = 0
    /// Epochs and steps that were complete when the stage after those began.
    public var stageStart = StageStart()
    /// Epochs that are complete.
    public var epoch = 0
    /// Steps taken in the epoch after those.
    public var batch = 0
    /// Steps taken in all.
    public var step = 0
    /// Sums over the steps of the unfinished epoch.
    public var totals = RunningTotals()
    /// How much the loss is scaled; nil when it is not.
    public var lossScale: LossScale?
    /// Time spent on the unfinished epoch.
    public var seconds = 0.0
    /// One entry a complete epoch.
    public var history: [EpochMetrics] = []
    /// Whether the stage was ended before its last epoch, as by early stopping.
    public var isStageOver = false
    /// Whether the stage is the last.
    public var isStopped = false
    /// How far steps go whatever the schedule says, if a callback has set that.
    public var learningRate: Float?
    /// Whether the run has come to its end, by its epochs or by early stopping.
    public var isFinished = false

    /// Nothing yet.
    public init() {}

    /// Reads what a checkpoint says; those of earlier versions say less.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        stage = try container.decode(Int.self, forKey: .stage)
        stageStart = try container.decode(StageStart.self, forKey: .stageStart)
        epoch = try container.decode(Int.self, forKey: .epoch)
        batch = try container.decode(Int.self, forKey: .batch)
        step = try container.decode(Int.self, forKey: .step)
        totals = try container.decode(RunningTotals.self, forKey: .totals)
        lossScale = try container.decodeIfPresent(LossScale.self, forKey: .lossScale)
        seconds = try container.decode(Double.self, forKey: .seconds)
        history = try container.decode([EpochMetrics].self, forKey: .history)
        isStageOver = try container.decodeIfPresent(Bool.self, forKey: .isStageOver) ?? false
        isStopped = try container.decodeIfPresent(Bool.self, forKey: .isStopped) ?? false
        learningRate = try container.decodeIfPresent(Float.self, forKey: .learningRate)
        isFinished = try container.decode(Bool.self, forKey: .isFinished)
    }

    mutating func completeEpoch(_ metrics: EpochMetrics) {
        history.append(metrics)
        epoch += 1
        batch = 0
        totals = RunningTotals()
        lossScale?.beginEpoch()
        seconds = 0
    }

    mutating func beginNextStage() {
        stage += 1
        stageStart = StageStart(epoch: epoch, step: step)
        isStageOver = false
        learningRate = nil
        lossScale?.beginStage()
    }

    /// The best epoch so far.
    public var best: EpochMetrics? {
        history.reduce(nil) { best, next in best.map { next.isBetter(than: $0) ? next : $0 } ?? next }
    }

    /// Whether an early stop of the stage is due: `patience` of its epochs have passed since the best.
    public func isStale(after patience: Int?) -> Bool {
        guard let patience, let best else { return false }
        return epoch - max(best.epoch, stageStart.epoch) >= patience
    }
}

/// What was complete when a stage began.
public struct StageStart: Sendable, Codable, Equatable {
    /// Epochs.
    public var epoch = 0
    /// Steps.
    public var step = 0

    /// Nothing.
    public init(epoch: Int = 0, step: Int = 0) {
        self.epoch = epoch
        self.step = step
    }
}
