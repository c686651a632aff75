import ArgumentParser
import Ocellus

struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search for good options of training.",
        discussion: """
            Trains with options drawn from a space, which is a YAML file with an option and its values a line:

              optimizer: [adamw, sgd]
              learning-rate: {log-uniform: [0.0001, 0.1]}
              label-smoothing: {uniform: [0, 0.2]}
              batch: {integer: [16, 64]}

            Each trial is a run in a folder of its own, trial-001 and so on. With --halving 3 all trials take few epochs, the best third \
            of them three times as many, and so on. Options given here are the same for all trials. 'ocellus search --resume \
            FOLDER' goes on with a search that was interrupted. Trials are compared by their validation part; the test part's accuracy \
            is shown for those that came to their end.
            """)

    @Argument(help: "The folder of pictures, or a CSV file of labels (columns file, class, part).")
    var data: String?

    @Option(help: ArgumentHelp("The YAML file of options and their values.", valueName: "file"))
    var space: String?

    @Option(name: [.short, .long], help: ArgumentHelp("The folder of the search, which is made.", valueName: "folder"))
    var output: String?

    @Option(help: ArgumentHelp("Go on with a search that was interrupted.", valueName: "folder"))
    var resume: String?

    @Option(help: ArgumentHelp("How many trials (default: 20).", valueName: "n"))
    var trials: Int?

    @Option(
        help: ArgumentHelp(
            "Successive halving: one in so many trials goes on at each rung (unless given, all do).", valueName: "n"))
    var halving: Int?

    @Option(
        help: ArgumentHelp(
            "With --halving, the epochs of the first rung (default: as many as leave one trial at the last).",
            valueName: "n"))
    var firstEpochs: Int?

    @OptionGroup
    var options: RunOptions

    @OptionGroup(title: "Tracking")
    var tracking: TrackingOptions

    @Flag(help: "Write a line of JSON a trial, the best first, to standard output.")
    var json = false

    func validate() throws {
        if let resume {
            let given: [(String, Bool)] = [
                ("DATA", data != nil), ("--space", space != nil), ("--output", output != nil),
                ("--trials", trials != nil),
                ("--halving", halving != nil), ("--first-epochs", firstEpochs != nil),
                ("--config", options.config != nil),
            ]
            let option = given.first(where: \.1)?.0 ?? options.onCommandLine.given.first.map { "--\($0.name)" }
            if let option {
                throw ValidationError("--resume \(resume) goes on with a search as it began: leave out \(option)")
            }
        } else if data == nil || space == nil || output == nil {
            throw ValidationError("give the folder of pictures, --space FILE and --output FOLDER, or --resume FOLDER")
        }
    }

    func run() throws {
        let interrupt = Interrupt.install()
        let search: Search
        if let resume {
            search = try Search(resuming: resume, stopRequest: interrupt)
        } else {
            search = try Search(
                SearchSpace(contentsOf: space ?? ""), options.choices(), data: data ?? "", output: output ?? "",
                trials: trials ?? 20, halving: halving, firstEpochs: firstEpochs, command: CommandLine.arguments,
                stopRequest: interrupt)
        }
        let display = ExperimentDisplay()
        let found = try search.run(tracking.tracking(display.reporting)) { display.show($0, of: search) }
        Terminal.clearStatus()
        guard let found else {
            Terminal.note("stopped, everything is saved; go on with: ocellus search --resume \(search.path)")
            throw ExitCode(130)
        }
        try display.showResult(found, of: search, isJSON: json)
    }
}
