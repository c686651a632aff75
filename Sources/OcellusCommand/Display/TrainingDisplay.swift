import Ocellus

/// What `train` shows: what was found, a line an epoch with a moving bar on a terminal, the result.
final class TrainingDisplay: TrainingCallback {
    let steersSteps = false
    private let isJSON: Bool

    init(isJSON: Bool) { self.isJSON = isJSON }

    /// Called while the pictures are read for the first time, from any thread.
    var checking: @Sendable (Int, Int) -> Void {
        { done, count in
            if done % 25 == 0 || done == count { Terminal.status("reading pictures \(done)/\(count)") }
        }
    }

    /// What was found, before the device's memory is reserved.
    func show(_ preview: TrainingPreview) {
        Terminal.clearStatus()
        let (dataset, split) = (preview.dataset, preview.split)
        Terminal.note("\(dataset.samples.count) pictures of \(dataset.classes.count) classes in \(dataset.source)")
        var table = Table(["class"] + Part.allCases.map(\.rawValue))
        let counts = Part.allCases.map { split.counts(of: $0, in: dataset) }
        for (index, name) in dataset.classes.enumerated() { table.add([name] + counts.map { "\($0[index])" }) }
        table.add(["all"] + counts.map { "\($0.reduce(0, +))" })
        Terminal.note(table.text(isTerminal: Terminal.isErrorTerminal))
        showBalance(preview)
        for file in dataset.unreadable { Terminal.warn("left out: \(file)") }
        if !dataset.ignored.isEmpty {
            Terminal.note("\(dataset.ignored.count) other files are ignored, as \(dataset.ignored[0])")
        }
        if !split.unlisted.isEmpty {
            Terminal.warn("\(split.unlisted.count) pictures are in no part of the split and are not used")
        }
        for group in dataset.duplicates where group.classIndices.count > 1 {
            let files = group.samples.map { dataset.samples[$0].path }
            Terminal.warn("the same picture is in several classes: " + files.joined(separator: ", "))
        }
        for group in split.leaks(in: dataset) {
            let files = group.samples.map { dataset.samples[$0].path }
            Terminal.warn(
                "the same picture is in several parts, so that accuracy is flattered: " + files.joined(separator: ", "))
        }
        Terminal.note("network: \(preview.network.name), pictures \(preview.network.input)")
        if let weights = preview.weights {
            let head =
                weights.replacedClasses.map {
                    "its head for \($0) classes is left out for a new one for \(dataset.classes.count)"
                } ?? "with its head"
            Terminal.note("weights: \(weights.path), \(head)")
        }
        let device = preview.device.backend.device
        let count = preview.device.backends.count
        let precision = preview.device.backend.precision
        Terminal.note(
            (count > 1 ? "\(count) devices, the first: " : "device: ") + "\(device.name), \(device.detail)"
                + (precision == .fp32 ? "" : ", in \(precision.rawValue)") + " (\(preview.device.reason))")
        show(preview.memory)
    }

    private func showBalance(_ preview: TrainingPreview) {
        let (dataset, options) = (preview.dataset, preview.options)
        switch options.balance {
        case .weights:
            let weights = zip(dataset.classes, options.classWeights).map {
                "\($0) \(Terminal.number(Double($1), digits: 2))"
            }
            Terminal.note("weights of the classes in the loss: " + weights.joined(separator: ", "))
        case .sampler: Terminal.note("each class is shown equally often")
        case nil:
            for finding in BalanceCheck(dataset).findings where finding.kind == .imbalance {
                Terminal.warn(
                    "classes of very different size: \(finding.message); --balance weights or --balance sampler evens them out"
                )
            }
        }
    }

    private func show(_ memory: TrainingMemory) {
        let plan = memory.plan
        let parts = [
            ("weights", plan.parameterByteCount), ("optimiser", plan.stateByteCount),
            ("gradients", plan.gradientByteCount), ("activations", plan.arenaByteCount),
            ("pictures", plan.inputByteCount), ("frozen layers", memory.frozenByteCount),
            ("other devices' gradients", memory.arrivalByteCount),
        ].filter { $0.1 > 0 }.map { "\($0.0) \(Terminal.megabytes($0.1))" }
        Terminal.note(
            "memory: \(Terminal.megabytes(memory.peakByteCount)) (" + parts.joined(separator: ", ") + ")")
        for byteCount in memory.helperByteCounts {
            Terminal.note("memory of another device: \(Terminal.megabytes(byteCount))")
        }
        guard memory.microBatch < memory.batchSize else { return }
        let devices = memory.helperByteCounts.count + 1
        let shares = devices == 1 ? "" : "shared among \(devices) devices, \(memory.share) pictures each, "
        Terminal.note(
            "batches of \(memory.batchSize) are \(shares)computed \(memory.microBatch) at a time, and their gradients added up"
        )
        if memory.splitsBatchNormalization {
            Terminal.warn(
                "batch normalisation takes its statistics from \(memory.microBatch) pictures at a time, not from "
                    + "\(memory.batchSize): the result differs from that of whole batches")
        }
    }

    /// Called after each step of a range test.
    func testing(_ step: Int, _ point: LearningRateTest.Point) {
        Terminal.status(
            "range test: step \(step + 1), learning rate \(Terminal.scientific(Double(point.learningRate))), loss "
                + Terminal.number(point.smoothedLoss, digits: 4))
    }

    func showStart(_ job: TrainingJob) {
        if job.description.choices?["learning-rate"] == "auto" {
            Terminal.note("learning rate \(job.trainer.options.optimizer.learningRate), by a range test")
        }
        if job.trainer.progress.step > 0 {
            Terminal.note("resumed after epoch \(job.trainer.progress.epoch), step \(job.trainer.progress.step)")
        }
    }

    func stageWillBegin(_ stage: StageReport, _ trainer: Trainer) {
        guard stage.count > 1 || stage.firstBlock != nil else {
            if stage.schedule.curve != .constant || stage.schedule.warmUpEpochs > 0 {
                Terminal.note("learning rate \(stage.learningRate), \(stage.schedule)")
            }
            return
        }
        let what =
            stage.isHeadAlone
            ? "the head alone" : stage.firstBlock.map { "from \($0) on" } ?? "all layers"
        Terminal.note(
            "stage \(stage.number) of \(stage.count): \(what), \(stage.epochs) epochs, rate \(stage.learningRate), "
                + "\(stage.schedule)")
    }

    func didComputeFeatures(_ done: Int, of count: Int) {
        Terminal.status("features of frozen layers \(done)/\(count)")
    }

    func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
        let width = 24
        let filled = width * step.batch / max(step.batches, 1)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        Terminal.status(
            "epoch \(step.epoch)/\(step.epochs) \(bar) \(Terminal.number(step.imagesPerSecond, digits: 0)) images/s  "
                + "\(Terminal.duration(step.secondsLeft)) left  loss \(Terminal.number(step.totals.meanLoss, digits: 4))  "
                + "accuracy \(Terminal.percent(step.totals.accuracy))")
        lastSecondsLeft = step.secondsLeft
        lastStep = step
    }

    func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) {
        let epochs = trainer.options.epochs
        let isBest = trainer.progress.best?.epoch == metrics.epoch
        Terminal.clearStatus()
        if isJSON { try? Terminal.writeJSON(EpochLine(epoch: metrics)) }
        let number = String(repeating: " ", count: "\(epochs)".count - "\(metrics.epoch)".count) + "\(metrics.epoch)"
        Terminal.note(
            "epoch \(number)/\(epochs)  \(Terminal.number(metrics.imagesPerSecond, digits: 0)) images/s  "
                + "\(Terminal.duration(metrics.epoch < epochs ? lastSecondsLeft : 0)) left  "
                + "loss \(Terminal.number(metrics.loss, digits: 4))  accuracy \(Terminal.percent(metrics.accuracy))  "
                + "validation loss \(Terminal.number(metrics.validationLoss, digits: 4))  "
                + "accuracy \(Terminal.percent(metrics.validationAccuracy))"
                + (isBest ? Terminal.styled("  best", .green, Terminal.isErrorTerminal) : ""))
        warnOfSkippedSteps()
    }

    func showInterrupted(_ job: TrainingJob) {
        Terminal.clearStatus()
        Terminal.note("stopped, everything is saved; go on with: ocellus train --resume \(job.run.path)")
    }

    /// What is left when the device fails in the middle.
    func showLost(_ job: TrainingJob) {
        Terminal.clearStatus()
        let kept = job.run.hasCheckpoint ? "the last checkpoint is kept" : "there is no checkpoint yet"
        Terminal.note(
            "the device failed; \(kept). Go on with: ocellus train --resume \(job.run.path) (on another device with --device)"
        )
    }

    func showResult(_ job: TrainingJob, _ metrics: ClassificationMetrics) throws {
        if isJSON { return try Terminal.writeJSON(ResultLine(result: job.description.result, test: metrics)) }
        if let temperature = try job.trainer.model().calibration?.temperature {
            Terminal.note(
                temperature == 1
                    ? "its confidence stays as it is: on the validation part a temperature makes no more difference than chance"
                    : "calibrated on the validation part: temperature \(Terminal.number(temperature, digits: 3))")
        }
        if let best = job.trainer.progress.best {
            Terminal.note("the best epoch is \(best.epoch); its weights are in \(job.run.modelPath)")
        }
        Terminal.write("test " + metrics.text)
    }

    /// Now and then a step is skipped, by which the scale of the loss is found; not many.
    private func warnOfSkippedSteps() {
        guard let step = lastStep, let scale = step.lossScale, scale.skippedStepsOfEpoch >= 3,
            scale.skippedStepsOfEpoch * 10 >= step.batches
        else { return }
        Terminal.warn(
            "\(scale.skippedStepsOfEpoch) of \(step.batches) steps were skipped, because gradients left FP16's range (the loss is "
                + "scaled by \(scale.value) now); if that goes on, take --precision bf16 or a smaller --learning-rate")
    }

    private var lastStep: StepReport?
    private var lastSecondsLeft = 0.0

    private struct EpochLine: Encodable {
        let epoch: EpochMetrics
    }

    private struct ResultLine: Encodable {
        let result: RunResult?
        let test: ClassificationMetrics
    }
}
