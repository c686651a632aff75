import ArgumentParser
import Ocellus

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a classifier on a folder of labelled pictures.",
        discussion: """
            DATA holds a folder of pictures (JPEG, PNG, WebP, GIF, BMP, TIFF) for each class, or train/, validation/ and test/ \
            with such folders in them. The run's folder gets model/ (the weights of the epoch with the best validation accuracy), metrics.csv, \
            split.csv, run.json and the last checkpoint. It must not exist yet; a run that was stopped goes on with \
            'ocellus train --resume RUN', to the same weights as if it had never stopped.
            """)

    @Argument(help: "The folder of pictures, or a CSV file of labels (columns file, class, part).")
    var data: String?

    @Option(name: [.short, .long], help: ArgumentHelp("The folder of the run, which is made.", valueName: "run"))
    var output: String?

    @Option(help: ArgumentHelp("Go on with a run that was stopped.", valueName: "run"))
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "The network: \(NamedNetwork.allNames), or a YAML or JSON file that describes one (default: simple).",
            valueName: "name"))
    var network: NetworkRequest?

    @OptionGroup(title: "Pre-trained weights")
    var transfer: TransferCommandOptions

    @OptionGroup(title: "Pictures")
    var pictures: PictureOptions

    @Option(help: ArgumentHelp("How many times each picture is seen (default: 10).", valueName: "n"))
    var epochs: Int?

    @Option(help: ArgumentHelp("Pictures a step (default: 32).", valueName: "n"))
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "Compute so many pictures of a step at once, and add up their gradients (default: as many as the device has memory "
                + "for).", valueName: "n"))
    var microBatch: Int?

    @Option(
        help: ArgumentHelp(
            "Side of the network's input, in pixels (default: 224, or what the network's file says).",
            valueName: "pixels"))
    var size: Int?

    @Option(help: ArgumentHelp("adam, adamw or sgd (default: adam).", valueName: "name"))
    var optimizer: OptimizerOptions.Method?

    @Option(
        help: ArgumentHelp("How far a step goes (default: 0.001; 0.01 for sgd).", valueName: "rate"))
    var learningRate: Float?

    @Option(help: ArgumentHelp("SGD's momentum (default: 0).", valueName: "part"))
    var momentum: Float?

    @Flag(help: "SGD with Nesterov's momentum.")
    var nesterov = false

    @Option(
        help: ArgumentHelp("Weight decay (default: 0; 0.004 for adamw).", valueName: "rate"))
    var weightDecay: Float?

    @Option(help: ArgumentHelp("Spread this part of each target over all classes (default: 0).", valueName: "part"))
    var labelSmoothing: Float?

    @Option(
        help: ArgumentHelp(
            "Even out classes of different size: weights (in the loss, by 1 ÷ a class's pictures), sampler (all classes are "
                + "shown equally often) or none (default: none).", valueName: "how"))
    var balance: BalanceChoice?

    @OptionGroup(title: "Augmentation")
    var augmentation: AugmentationOptions

    @Option(
        help: ArgumentHelp(
            "Parts for training, validation and test, in percent (default: 70/15/15).", valueName: "a/b/c"),
        transform: { try SplitRatio(parsing: $0) })
    var split: SplitRatio?

    @Option(help: ArgumentHelp("Take the parts from a split.csv.", valueName: "file"))
    var splitFrom: String?

    @Option(
        help: ArgumentHelp("Stop after so many epochs without a better validation accuracy.", valueName: "epochs"))
    var earlyStopping: Int?

    @Option(help: ArgumentHelp("What all random numbers are drawn from (default: 0).", valueName: "n"))
    var seed: UInt64?

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @OptionGroup(title: "Profile")
    var profile: ProfileOptions

    @Flag(help: "Write a line of JSON an epoch, and one with the result, to standard output.")
    var json = false

    func validate() throws {
        if let resume {
            guard data == nil, output == nil else {
                throw ValidationError("--resume \(resume) goes on with a run as it began: leave out DATA and --output")
            }
            if let option = fixedOptions.first(where: \.isGiven)?.name {
                throw ValidationError("--resume \(resume) goes on with a run as it began: leave out \(option)")
            }
        } else if data == nil || output == nil {
            throw ValidationError("give the folder of pictures and --output RUN, or --resume RUN")
        }
        try transfer.validate(epochs: resume == nil ? epochs : nil)
        if split != nil, splitFrom != nil {
            throw ValidationError("--split-from says which picture is in which part: leave out --split")
        }
    }

    /// Options that a run keeps from its beginning.
    private var fixedOptions: [(name: String, isGiven: Bool)] {
        [
            ("--network", network != nil), ("--batch", batch != nil), ("--micro-batch", microBatch != nil),
            ("--size", size != nil),
            ("--optimizer", optimizer != nil), ("--learning-rate", learningRate != nil),
            ("--momentum", momentum != nil), ("--nesterov", nesterov), ("--weight-decay", weightDecay != nil),
            ("--label-smoothing", labelSmoothing != nil), ("--split", split != nil),
            ("--balance", balance != nil), ("--split-from", splitFrom != nil),
            ("--early-stopping", earlyStopping != nil), ("--seed", seed != nil),
            ("the options of augmentation", augmentation.isGiven), ("the options of weights", transfer.isGiven),
            ("the options of pictures", pictures.isGiven),
        ]
    }

    func run() throws {
        do {
            try train()
        } catch is CancellationError {
            Terminal.note("stopped before the run began")
            throw ExitCode(130)
        }
    }

    private func train() throws {
        let interrupt = Interrupt.install()
        let display = TrainingDisplay(isJSON: json)
        let job: TrainingJob
        if let resume {
            job = try TrainingJob(
                resuming: resume, epochs: epochs, device: device.device, threads: device.threads,
                memoryLimit: device.memoryLimit, features: transfer.features, stopRequest: interrupt,
                checked: display.checking, willCheck: DeviceOptions.note, willReserve: display.show)
        } else {
            job = try TrainingJob(
                settings(), stopRequest: interrupt, checked: display.checking, willCheck: DeviceOptions.note,
                willReserve: display.show)
        }
        display.showStart(job)
        job.trainer.profiler = profile.makeProfiler()
        let metrics: ClassificationMetrics?
        do {
            metrics = try job.train(callbacks: [display])
        } catch let error as BackendError {
            display.showLost(job)
            throw error
        }
        try profile.finish(job.trainer.profiler, on: job.trainer.backend) {
            Terminal.note($0.text(isTerminal: Terminal.isErrorTerminal) + "\n")
        }
        guard let metrics else {
            display.showInterrupted(job)
            throw ExitCode(130)
        }
        try display.showResult(job, metrics)
    }

    private func settings() throws -> TrainingSettings {
        try TrainingSettings(
            data: data ?? "", output: output ?? "", network: network, weights: transfer.weights, size: size,
            preprocessing: pictures.preprocessing, sizing: pictures.sizing, padding: pictures.padding,
            features: transfer.features,
            options: TrainingOptions(
                epochs: epochs ?? 10, batchSize: batch ?? 32, microBatch: microBatch,
                optimizer: OptimizerOptions(
                    optimizer ?? .adam, learningRate: learningRate, momentum: momentum ?? 0, isNesterov: nesterov,
                    weightDecay: weightDecay),
                augmentation: augmentation.augmentation, labelSmoothing: labelSmoothing ?? 0,
                balance: balance?.balance, earlyStopping: earlyStopping, seed: seed ?? 0, transfer: transfer.options),
            splitRatio: split ?? .standard, splitFile: splitFrom, device: device.device ?? .auto,
            threads: device.threads, memoryLimit: device.memoryLimit,
            command: CommandLine.arguments)
    }
}

extension NamedNetwork {
    static var allNames: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
