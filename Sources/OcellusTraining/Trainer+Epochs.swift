import OcellusData
import OcellusGraph

extension Trainer {
    /// One epoch, or the rest of it.
    /// - Returns: whether it came to its end; false when training was interrupted before.
    func trainEpoch(_ run: StageRun) throws -> Bool {
        let stopwatch = Stopwatch(progress.seconds)
        do {
            try run.training.start(epoch: progress.epoch, batch: progress.batch)
        } catch is CancellationError {
            return false
        }
        try tell { try $0.epochWillBegin(progress.epoch + 1, self) }
        var rate = learningRate
        // The device has its next step before the one that it computes is looked at, so that it never waits for the host.
        let runsAhead = !callbacks.contains { $0.steersSteps }
        var underWay: StepUnderWay?
        defer { stepsUnderWay = 0 }
        while true {
            let next = try isToGoOn ? startStep(run) : nil
            if let underWay { try finish(underWay, run.training, stopwatch) }
            guard let next else { break }
            rate = next.learningRate
            underWay = runsAhead ? next : nil
            if !runsAhead { try finish(next, run.training, stopwatch) }
        }
        if context.stopRequest.isMade, !progress.isStageOver, progress.batch < run.training.batchCount { return false }
        let trainingSeconds = stopwatch.seconds
        let validation: RunningTotals
        do {
            validation = try profiler.pausing { try validate(run) }
        } catch is CancellationError {
            return false
        }
        guard validation.loss.isFinite else { throw diverged("the loss is") }
        let metrics = EpochMetrics(
            epoch: progress.epoch + 1, loss: progress.totals.meanLoss, accuracy: progress.totals.accuracy,
            validationLoss: validation.meanLoss, validationAccuracy: validation.accuracy,
            learningRate: rate, seconds: stopwatch.seconds,
            imagesPerSecond: Double(progress.totals.images) / max(trainingSeconds, 1e-9))
        let isBest = progress.best.map { metrics.isBetter(than: $0) } ?? true
        progress.completeEpoch(metrics)
        if isBest { try keepBest(metrics) }
        try tell { try $0.epochDidEnd(metrics, self) }
        return true
    }

    /// Whether another step of the epoch is to be taken, if there is a batch for it.
    private var isToGoOn: Bool { !progress.isStageOver && !context.stopRequest.isMade }

    /// Begins the epoch's next step; nil when there is no batch left.
    private func startStep(_ run: StageRun) throws -> StepUnderWay? {
        guard let batch = try profiler.measure("wait for pictures", { try run.training.next() }) else { return nil }
        try tell { try $0.batchWillBegin(progress.batch + stepsUnderWay + 1, self) }
        let rate = learningRate
        let step = progress.step + stepsUnderWay - progress.stageStart.step + 1
        let result = try run.session.startTraining(
            batch, step: step, learningRate: rate,
            momentum: run.stage.momentum(step: step - 1, of: run.training.batchCount), seed: options.seed,
            scale: &progress.lossScale)
        stepsUnderWay += 1
        return StepUnderWay(result: result, learningRate: rate, lossScale: progress.lossScale)
    }

    /// Waits for a step, and tells of it.
    private func finish(_ step: StepUnderWay, _ source: any BatchSource, _ stopwatch: Stopwatch) throws {
        let totals = try profiler.measure("wait for the device") { try step.result.result() }.totals
        guard totals.loss.isFinite else { throw diverged("the loss is") }
        guard (step.lossScale?.value ?? 1) >= LossScale.smallest else { throw diverged("gradients are") }
        stepsUnderWay -= 1
        progress.step += 1
        progress.batch += 1
        progress.totals += totals
        progress.seconds = stopwatch.seconds
        let report = report(source, totals, step)
        try tell { try $0.batchDidEnd(report, self) }
    }

    private func validate(_ run: StageRun) throws -> RunningTotals {
        try tell { try $0.validationWillBegin(self) }
        var totals = RunningTotals()
        func add(_ result: PendingBatchResult) throws {
            totals += try result.result().totals
            try tell { try $0.validationBatchDidEnd(totals, self) }
        }
        var underWay: PendingBatchResult?
        try run.validation.start(epoch: 0, batch: 0)
        while let batch = try run.validation.next() {
            let next = try run.session.startEvaluating(batch)
            if let underWay { try add(underWay) }
            underWay = next
        }
        if let underWay { try add(underWay) }
        try tell { try $0.validationDidEnd(totals, self) }
        return totals
    }

    private func diverged(_ what: String) -> TrainingError {
        TrainingError(
            "\(what) no longer a number (epoch \(progress.epoch + 1), step \(progress.step + 1)): training has diverged; "
                + "try a smaller \(progress.stage == 0 ? "--learning-rate" : "--fine-tune-learning-rate") than "
                + "\(stages[progress.stage].learningRate)"
                + (backend.precision == .fp16 ? ", or --precision bf16, whose numbers reach beyond 65504" : ""),
            isDivergence: true)
    }

    func report(of stage: TrainingStage) -> StageReport {
        let outline = (try? context.network.outline()) ?? []
        let first = outline.dropFirst(stage.firstLayer)
        return StageReport(
            number: progress.stage + 1, count: stages.count,
            firstBlock: stage.firstLayer == 0 ? nil : first.first(where: \.hasParameters)?.block,
            isHeadAlone: first.count(where: \.hasParameters) == 1, epochs: stage.epochs,
            learningRate: stage.learningRate, schedule: stage.schedule)
    }

    private func report(_ source: any BatchSource, _ batch: RunningTotals, _ step: StepUnderWay) -> StepReport {
        let epochSeconds = progress.seconds / Double(max(progress.totals.images, 1)) * Double(source.count)
        let validationSeconds =
            progress.epoch == progress.stageStart.epoch
            ? 0 : progress.history.last.map { $0.seconds - Double(source.count) / $0.imagesPerSecond } ?? 0
        let epochsLeft = progress.stageStart.epoch + stages[progress.stage].epochs - progress.epoch
        let secondsLeft = (epochSeconds + validationSeconds) * Double(epochsLeft) - progress.seconds
        return StepReport(
            epoch: progress.epoch + 1, epochs: options.epochs, batch: progress.batch, batches: source.batchCount,
            batchTotals: batch, learningRate: step.learningRate,
            totals: progress.totals, imagesPerSecond: Double(progress.totals.images) / max(progress.seconds, 1e-9),
            lossScale: step.lossScale, secondsLeft: max(secondsLeft, 0))
    }
}

/// A step that the device may still be computing.
private struct StepUnderWay {
    let result: PendingBatchResult
    let learningRate: Float
    /// After the step.
    let lossScale: LossScale?
}
