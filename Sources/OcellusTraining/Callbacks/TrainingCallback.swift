/// What a program wants done in the course of training: the same moments and numbers as Keras' `Callback` has.
///
/// Each call gives the trainer, which says how far it has come (`progress`, `options`, `learningRate`), and takes orders
/// (`stop()`, `endStage()`, `setLearningRate(_:)`, `model()`). All calls come from the thread that trains, in the order in which the
/// callbacks were given; those that Ocellus has itself, early stopping and the run's folder, come after them, so that
/// orders given at an epoch's end are part of its checkpoint. An error that is thrown ends training; what was saved before
/// stays.
public protocol TrainingCallback: AnyObject {
    /// Training begins, or goes on.
    func trainingWillBegin(_ trainer: Trainer) throws
    /// Training has come to its end, or was interrupted, with everything saved: `trainer.progress.isFinished` tells.
    func trainingDidEnd(_ trainer: Trainer) throws

    /// A stage begins, or goes on.
    func stageWillBegin(_ stage: StageReport, _ trainer: Trainer) throws
    /// Frozen layers have computed the features of so many of the pictures of which they are not known.
    func didComputeFeatures(_ done: Int, of count: Int)

    /// An epoch begins, or goes on.
    /// - Parameter epoch: its number, from 1.
    func epochWillBegin(_ epoch: Int, _ trainer: Trainer) throws
    /// An epoch is complete, validation included. Its weights are the best so far if `trainer.progress.best` is this epoch.
    func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) throws

    /// Whether orders that it gives at a batch's end are for the very next step; true unless you say otherwise. If no callback
    /// steers steps, the device is given its next step before it has computed this one, and never waits for the host: what
    /// is ordered at a batch's end then comes one step later.
    var steersSteps: Bool { get }

    /// A step is about to be taken, at `trainer.learningRate`.
    /// - Parameter batch: the batch's number in the epoch, from 1.
    func batchWillBegin(_ batch: Int, _ trainer: Trainer) throws
    /// A step has been taken.
    func batchDidEnd(_ step: StepReport, _ trainer: Trainer) throws

    /// The validation part is about to be evaluated.
    func validationWillBegin(_ trainer: Trainer) throws
    /// A batch of the validation part has been evaluated.
    /// - Parameter totals: sums over the part so far.
    func validationBatchDidEnd(_ totals: RunningTotals, _ trainer: Trainer) throws
    /// The validation part has been evaluated.
    func validationDidEnd(_ totals: RunningTotals, _ trainer: Trainer) throws
}

extension TrainingCallback {
    /// True.
    public var steersSteps: Bool { true }

    /// Nothing.
    public func trainingWillBegin(_ trainer: Trainer) throws {}
    /// Nothing.
    public func trainingDidEnd(_ trainer: Trainer) throws {}
    /// Nothing.
    public func stageWillBegin(_ stage: StageReport, _ trainer: Trainer) throws {}
    /// Nothing.
    public func didComputeFeatures(_ done: Int, of count: Int) {}
    /// Nothing.
    public func epochWillBegin(_ epoch: Int, _ trainer: Trainer) throws {}
    /// Nothing.
    public func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) throws {}
    /// Nothing.
    public func batchWillBegin(_ batch: Int, _ trainer: Trainer) throws {}
    /// Nothing.
    public func batchDidEnd(_ step: StepReport, _ trainer: Trainer) throws {}
    /// Nothing.
    public func validationWillBegin(_ trainer: Trainer) throws {}
    /// Nothing.
    public func validationBatchDidEnd(_ totals: RunningTotals, _ trainer: Trainer) throws {}
    /// Nothing.
    public func validationDidEnd(_ totals: RunningTotals, _ trainer: Trainer) throws {}
}
