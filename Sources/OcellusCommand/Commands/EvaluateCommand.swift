import ArgumentParser
import Ocellus

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model on labelled pictures.",
        discussion: """
            Prints loss, accuracy, precision, recall and F1 a class, and the confusion matrix. With --split it takes that part \
            of the split.csv that stands beside the model in its run, so that nothing that was trained on counts as test.
            """)

    @Argument(help: "The model's folder, as runs/parts/model.")
    var model: String

    @Argument(help: "The folder of pictures, or a CSV file of labels (columns file, class, part).")
    var data: String

    @Option(help: ArgumentHelp("train, validation, test or all.", valueName: "part"))
    var split: PartChoice?

    @Option(help: ArgumentHelp("Pictures a step.", valueName: "n"))
    var batch: Int = 32

    @Option(
        help: ArgumentHelp(
            "Say what to give predict and serve as --reject-below for this part of right answers among those not rejected, as 0.98. "
                + "Use it with --split validation.", valueName: "part"))
    var forPrecision: Double?

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @Flag(help: "Write one line of JSON to standard output.")
    var json = false

    func validate() throws {
        if let forPrecision, !(forPrecision > 0 && forPrecision <= 1) {
            throw ValidationError("--for-precision is \(forPrecision); it must be above 0 and at most 1")
        }
    }

    func run() throws {
        let job = try EvaluationJob(
            model: model, data: data, part: split?.part, device: device.device ?? .auto, threads: device.threads,
            memoryLimit: device.memoryLimit, precision: device.precision ?? .fp32, tuning: device.tuning ?? .kept,
            willCheck: DeviceOptions.note)
        let display = EvaluationDisplay(isJSON: json)
        display.show(job)
        if split == nil, job.trainedCount > 0 {
            Terminal.warn(
                "\(job.trainedCount) of these \(job.pictureCount) pictures were trained on; --split test takes only those "
                    + "that were not")
        }
        if let split, split != .all, !job.isDataUnchanged {
            Terminal.warn(
                "the pictures in \(data) are not exactly those that the model was trained with; the \(split.rawValue) part goes "
                    + "by the names of files")
        }
        var answers: [(confidence: Float, isRight: Bool)] = []
        let metrics = try job.evaluate(batchSize: batch, progress: display.progress) { answers += $0.answers }
        let threshold = try forPrecision.map { precision in
            guard let found = RejectionThreshold(precision: precision, answers: answers) else {
                throw TrainingError(
                    "even the surest answers are not right in \(Terminal.percent(precision)) of the cases")
            }
            return found
        }
        try display.showResult(metrics, threshold)
    }
}
