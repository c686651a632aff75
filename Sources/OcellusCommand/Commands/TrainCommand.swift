import ArgumentParser
import Ocellus

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a classifier on a folder of labelled pictures.",
        discussion: """
            DATA holds a folder of JPEG and PNG pictures for each class, or train/, validation/ and test/ with such folders \
            in them. The run's folder gets model/ (the weights of the epoch with the best validation accuracy), metrics.csv, \
            split.csv, run.json and the last checkpoint. It must not exist yet; a run that was stopped goes on with \
            'ocellus train --resume RUN', to the same weights as if it had never stopped.
            """)

    @Argument(help: "The folder of pictures.")
    var data: String?

    @Option(name: [.short, .long], help: ArgumentHelp("The folder of the run, which is made.", valueName: "run"))
    var output: String?

    @Option(help: ArgumentHelp("Go on with a run that was stopped.", valueName: "run"))
    var resume: String?

    @Option(help: ArgumentHelp("The network: \(NamedNetwork.allNames).", valueName: "name"))
    var network: NamedNetwork = .simple

    @Option(help: ArgumentHelp("How many times each picture is seen (default: 10).", valueName: "n"))
    var epochs: Int?

    @Option(help: ArgumentHelp("Pictures a step.", valueName: "n"))
    var batch: Int = 32

    @Option(help: ArgumentHelp("Side of the network's input, in pixels.", valueName: "pixels"))
    var size: Int = 224

    @Option(help: ArgumentHelp("adam, adamw or sgd.", valueName: "name"))
    var optimizer: OptimizerOptions.Method = .adam

    @Option(
        help: ArgumentHelp("How far a step goes (default: 0.001; 0.01 for sgd).", valueName: "rate"))
    var learningRate: Float?

    @Option(help: ArgumentHelp("SGD's momentum.", valueName: "part"))
    var momentum: Float = 0

    @Flag(help: "Nesterov's momentum.")
    var nesterov = false

    @Option(
        help: ArgumentHelp("Weight decay (default: 0; 0.004 for adamw).", valueName: "rate"))
    var weightDecay: Float?

    @Option(help: ArgumentHelp("Spread this part of each target over all classes.", valueName: "part"))
    var labelSmoothing: Float = 0

    @OptionGroup(title: "Augmentation")
    var augmentation: AugmentationOptions

    @Option(help: ArgumentHelp("Parts for training, validation and test, in percent.", valueName: "a/b/c"))
    var split: SplitRatio = .standard

    @Option(help: ArgumentHelp("Take the parts from a split.csv.", valueName: "file"))
    var splitFrom: String?

    @Option(
        help: ArgumentHelp("Stop after so many epochs without a better validation accuracy.", valueName: "epochs"))
    var earlyStopping: Int?

    @Option(help: ArgumentHelp("What all random numbers are drawn from.", valueName: "n"))
    var seed: UInt64 = 0

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @Flag(help: "Write a line of JSON an epoch, and one with the result, to standard output.")
    var json = false

    func validate() throws {
        if let resume {
            guard data == nil, output == nil else {
                throw ValidationError("--resume \(resume) goes on with a run as it began: leave out DATA and --output")
            }
        } else if data == nil || output == nil {
            throw ValidationError("give the folder of pictures and --output RUN, or --resume RUN")
        }
    }

    func run() throws {
        let interrupt = Interrupt.install()
        let display = TrainingDisplay(isJSON: json)
        let job: TrainingJob
        if let resume {
            job = try TrainingJob(
                resuming: resume, epochs: epochs, device: device.device, threads: device.threads,
                stopRequest: interrupt, checked: display.checking, willReserve: display.show)
        } else {
            job = try TrainingJob(
                settings(), stopRequest: interrupt, checked: display.checking, willReserve: display.show)
        }
        display.showStart(job)
        guard let metrics = try job.train(observer: display) else {
            display.showInterrupted(job)
            throw ExitCode(130)
        }
        try display.showResult(job, metrics)
    }

    private func settings() -> TrainingSettings {
        TrainingSettings(
            data: data ?? "", output: output ?? "", network: network, size: size,
            options: TrainingOptions(
                epochs: epochs ?? 10, batchSize: batch,
                optimizer: OptimizerOptions(
                    optimizer, learningRate: learningRate, momentum: momentum, isNesterov: nesterov,
                    weightDecay: weightDecay),
                augmentation: augmentation.augmentation, labelSmoothing: labelSmoothing, earlyStopping: earlyStopping,
                seed: seed),
            splitRatio: split, splitFile: splitFrom, device: device.device ?? .auto, threads: device.threads,
            command: CommandLine.arguments)
    }
}

extension NamedNetwork {
    static var allNames: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
