/// Ends a stage of training when validation has not improved for some epochs.
public final class EarlyStopping: TrainingCallback {
    /// False.
    public let steersSteps = false
    /// How many epochs without a better result are borne.
    public let patience: Int

    /// Ends a stage after `patience` of its epochs without a better validation accuracy, or as high a one at a lower loss.
    public init(patience: Int) { self.patience = patience }

    /// Also, for a checkpoint that does not say that its stage was over.
    public func stageWillBegin(_ stage: StageReport, _ trainer: Trainer) { endIfStale(trainer) }

    public func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) { endIfStale(trainer) }

    private func endIfStale(_ trainer: Trainer) {
        if trainer.progress.isStale(after: patience) { trainer.endStage() }
    }
}
