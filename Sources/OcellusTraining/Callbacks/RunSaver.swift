import OcellusGraph

/// Keeps a run's folder: the best model, the metrics, and where the run stands.
final class RunSaver: TrainingCallback {
    let steersSteps = false
    private let run: RunFolder
    private var sinceSave = Stopwatch()

    init(_ run: RunFolder) { self.run = run }

    func stageWillBegin(_ stage: StageReport, _ trainer: Trainer) throws {
        if stage.number > 1 { try save(trainer) }
    }

    func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) throws {
        // Epochs on features take milliseconds, and saving as long: then it is done once a second.
        if !trainer.isTrainingOnFeatures || sinceSave.seconds > 1 || trainer.isStageComplete { try save(trainer) }
    }

    func trainingDidEnd(_ trainer: Trainer) throws {
        if !trainer.progress.isFinished { try save(trainer) }
    }

    private func save(_ trainer: Trainer) throws {
        sinceSave = Stopwatch()
        try trainer.save(to: run)
    }
}
