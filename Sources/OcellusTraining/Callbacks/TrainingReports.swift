/// What a stage of training does.
public struct StageReport: Sendable {
    /// The stage's number, from 1.
    public let number: Int
    /// How many stages there are.
    public let count: Int
    /// The first block that is trained; those before it are frozen. Nil when all are trained.
    public let firstBlock: String?
    /// Whether nothing but the head is trained.
    public let isHeadAlone: Bool
    /// How many epochs it takes.
    public let epochs: Int
    /// How far a step goes at most.
    public let learningRate: Float
    /// How the learning rate changes.
    public let schedule: LearningRateSchedule
}

/// Where training stands after a step.
public struct StepReport: Sendable {
    /// The epoch, from 1.
    public let epoch: Int
    /// How many epochs there are to be.
    public let epochs: Int
    /// Steps taken in this epoch.
    public let batch: Int
    /// Steps that an epoch has.
    public let batches: Int
    /// Sums over this batch.
    public let batchTotals: RunningTotals
    /// How far the step went.
    public let learningRate: Float
    /// Sums over this epoch so far.
    public let totals: RunningTotals
    /// Training pictures a second in this epoch so far.
    public let imagesPerSecond: Double
    /// How much the loss is scaled, and how many steps were skipped on the way; nil when it is not.
    public let lossScale: LossScale?
    /// An estimate of the seconds until the end of the stage's last epoch.
    public let secondsLeft: Double
}
