import ArgumentParser
import Ocellus
import OcellusTracking

struct ListRunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the runs in a folder.",
        discussion: """
            A line a run. Accuracies of runs whose test parts differ do not compare, which is said. Accuracy on the validation part is \
            that by which a run is chosen; the test part says how good the chosen one is.
            """)

    @OptionGroup var selection: RunSelectionOptions

    @Option(help: ArgumentHelp("date, name, test, validation or time.", valueName: "order"))
    var sort: RunList.Order = .date

    @Flag(help: "Write a line of JSON a run.")
    var json = false

    func run() throws {
        var list = try selection.runs()
        list.sort(by: sort)
        if json {
            for run in list.runs { try Terminal.writeJSON(RunLine(run)) }
            return
        }
        guard !list.runs.isEmpty else { return Terminal.note("there are no such runs in \(selection.folder)") }
        let hasParts = list.testParts.count > 1
        var table = Table(
            ["run", "began", "network", "data", "best epoch", "validation", "test", "time"]
                + (hasParts ? ["test part"] : []), lastIsText: hasParts)
        for run in list.runs {
            table.add(
                [
                    run.path, String(run.description.date.prefix(16)).replacing("T", with: " "),
                    run.description.network.name, String(run.description.dataFingerprint.prefix(8)),
                    run.bestEpoch.map { "\($0)/\(run.epochs.count)" } ?? "–",
                    run.validationAccuracy.map(Terminal.percent) ?? "–", run.testAccuracy.map(Terminal.percent) ?? "–",
                    Terminal.duration(run.seconds),
                ] + (hasParts ? [run.testPart ?? "–"] : []))
        }
        Terminal.write(table.text())
        if hasParts {
            Terminal.warn(
                "there are \(list.testParts.count) different test parts: accuracies compare among runs of the same one only "
                    + "(train with --split-from to keep a part)")
        }
    }
}

/// Which runs are meant.
struct RunSelectionOptions: ParsableArguments {
    @Argument(help: "The folder that they are in.")
    var folder = "runs"

    @Option(
        help: ArgumentHelp(
            "Only runs in which a setting has a value, as network.name=resnet18; may be given several times.",
            valueName: "setting=value"))
    var filter: [String] = []

    func validate() throws {
        if let wrong = filter.first(where: { !$0.contains("=") }) {
            throw ValidationError("--filter \(wrong) is no setting=value")
        }
    }

    func runs() throws -> RunList {
        var list = try RunList(folder: folder)
        for problem in list.problems { Terminal.warn(problem) }
        for condition in filter {
            let parts = condition.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            try list.filter(setting: String(parts[0]), value: String(parts[1]))
        }
        return list
    }
}

/// A run as a line of JSON.
struct RunLine: Encodable {
    let run: String
    let date: String
    let network: String
    let data: String
    let dataFingerprint: String
    let testPart: String?
    let epochs: Int
    let bestEpoch: Int?
    let validationAccuracy: Double?
    let testAccuracy: Double?
    let seconds: Double

    init(_ record: RunRecord) {
        run = record.path
        date = record.description.date
        network = record.description.network.name
        data = record.description.data
        dataFingerprint = record.description.dataFingerprint
        testPart = record.testPart
        epochs = record.epochs.count
        bestEpoch = record.bestEpoch
        validationAccuracy = record.validationAccuracy
        testAccuracy = record.testAccuracy
        seconds = record.seconds
    }
}

extension RunList.Order: ExpressibleByArgument {}
