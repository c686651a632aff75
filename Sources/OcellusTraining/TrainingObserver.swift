/// Told how training goes. All calls come from the thread that trains.
public protocol TrainingObserver: AnyObject {
    /// A step has been taken.
    func didStep(_ step: StepReport)
    /// An epoch is complete, validation included.
    /// - Parameter isBest: whether its weights are the best so far.
    func didFinishEpoch(_ metrics: EpochMetrics, of epochs: Int, isBest: Bool)
}

extension TrainingObserver {
    /// Nothing.
    public func didStep(_ step: StepReport) {}
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
    /// Sums over this epoch so far.
    public let totals: RunningTotals
    /// Training pictures a second in this epoch so far.
    public let imagesPerSecond: Double
    /// An estimate of the seconds until the last epoch's end.
    public let secondsLeft: Double
}
