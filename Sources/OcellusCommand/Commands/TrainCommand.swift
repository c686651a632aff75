import ArgumentParser
import Ocellus
import OcellusTracking

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a classifier on a folder of labelled pictures.",
        discussion: """
            DATA holds a folder of pictures (JPEG, PNG, WebP, GIF, BMP, TIFF) for each class, or train/, validation/ and test/ \
            with such folders in them. The run's folder gets model/ (the weights of the epoch with the best validation accuracy), metrics.csv, \
            split.csv, run.json and the last checkpoint. It must not exist yet; a run that was stopped goes on with \
            'ocellus train --resume RUN', to the same weights as if it had never stopped.

            --recipe standard is a good beginning. An option given here is taken before one of --config, and that before the \
            recipe's.
            """)

    @Argument(help: "The folder of pictures, or a CSV file of labels (columns file, class, part).")
    var data: String?

    @Option(name: [.short, .long], help: ArgumentHelp("The folder of the run, which is made.", valueName: "run"))
    var output: String?

    @Option(help: ArgumentHelp("Go on with a run that was stopped.", valueName: "run"))
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "Cross-validate: train so many times, each time tested on another part of the pictures. The folder then holds a run a "
                + "fold.", valueName: "n"))
    var folds: Int?

    @OptionGroup
    var options: RunOptions

    @OptionGroup(title: "Tracking")
    var tracking: TrackingOptions

    @OptionGroup(title: "Profile")
    var profile: ProfileOptions

    @Flag(help: "Write a line of JSON an epoch, and one with the result, to standard output.")
    var json = false

    func validate() throws {
        if let resume {
            let kept = "--resume \(resume) goes on with a run as it began: leave out"
            guard data == nil, output == nil else { throw ValidationError("\(kept) DATA and --output") }
            if folds != nil { throw ValidationError("\(kept) --folds") }
            if options.config != nil { throw ValidationError("\(kept) --config") }
            let given = options.onCommandLine.given.first { !Self.resumable.contains($0.name) }
            if let given { throw ValidationError("\(kept) --\(given.name)") }
        } else if folds != nil, profile.profile || profile.profileTrace != nil {
            throw ValidationError("--profile is for one run: leave out --folds")
        } else if data == nil || output == nil {
            throw ValidationError("give the folder of pictures and --output RUN, or --resume RUN")
        }
    }

    /// Options that a run does not keep from its beginning.
    private static let resumable = ["epochs", "device", "threads", "memory-limit", "feature-cache"]

    func run() throws {
        do {
            if let resume, CrossValidation.isAt(resume) {
                try validateFolds(CrossValidation(resuming: resume, stopRequest: Interrupt.install()))
            } else if let folds {
                try validateFolds(
                    CrossValidation(
                        options.choices(), data: data ?? "", output: output ?? "", folds: folds,
                        command: CommandLine.arguments, stopRequest: Interrupt.install(),
                        checked: TrainingDisplay(isJSON: json).checking))
            } else {
                try train()
            }
        } catch is CancellationError {
            Terminal.note("stopped before the run began")
            throw ExitCode(130)
        }
    }

    private func validateFolds(_ folds: CrossValidation) throws {
        let display = ExperimentDisplay()
        let result = try folds.run(tracking.tracking(display.reporting))
        Terminal.clearStatus()
        guard let result else {
            Terminal.note("stopped, everything is saved; go on with: ocellus train --resume \(folds.path)")
            throw ExitCode(130)
        }
        try display.showResult(result, isJSON: json)
    }

    private func train() throws {
        let interrupt = Interrupt.install()
        let display = TrainingDisplay(isJSON: json)
        let job: TrainingJob
        if let resume {
            let choices = options.onCommandLine
            job = try TrainingJob(
                resuming: resume, epochs: choices.epochs, device: choices.device, threads: choices.threads,
                memoryLimit: choices.memoryLimit, features: choices.features, stopRequest: interrupt,
                checked: display.checking, willCheck: DeviceOptions.note, willReserve: display.show)
        } else {
            let settings = try TrainingSettings(
                options.choices(), data: data ?? "", output: output ?? "", command: CommandLine.arguments)
            job = try TrainingJob(
                settings, stopRequest: interrupt, checked: display.checking, willCheck: DeviceOptions.note,
                willTune: DeviceOptions.noteTuning, rangeTest: display.testing, willReserve: display.show)
        }
        display.showStart(job)
        let trackers = try tracking.trackers(of: job.run)
        job.trainer.profiler = profile.makeProfiler()
        let metrics: ClassificationMetrics?
        do {
            metrics = try job.train(callbacks: [display] + trackers.callbacks)
        } catch {
            if error is BackendError { display.showLost(job) }
            trackers.stop(hasFailed: true)
            throw error
        }
        try profile.finish(job.trainer.profiler, on: job.trainer.backend) {
            Terminal.note($0.text(isTerminal: Terminal.isErrorTerminal) + "\n")
        }
        guard let metrics else {
            trackers.stop()
            display.showInterrupted(job)
            throw ExitCode(130)
        }
        try display.showResult(job, metrics)
        if let page = trackers.finish(job, metrics) { Terminal.note("the MLflow server has it all: \(page)") }
    }
}

extension NamedNetwork {
    static var allNames: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
