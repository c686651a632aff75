import ArgumentParser
import Ocellus
import OcellusTracking

struct BestRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "best", abstract: "Name the run with the highest validation accuracy.",
        discussion: "Its folder on standard output, as for: ocellus serve $(ocellus runs best)/model")

    @OptionGroup var selection: RunSelectionOptions

    @Flag(help: "Write one line of JSON.")
    var json = false

    func run() throws {
        let list = try selection.runs()
        guard let best = list.best else { throw TrainingError("no run in \(selection.folder) has an epoch to its end") }
        if Set(list.runs.map(\.description.dataFingerprint)).count > 1 {
            Terminal.warn("the runs are of different data, so that their accuracies do not compare; see --filter")
        }
        if json { return try Terminal.writeJSON(RunLine(best)) }
        Terminal.write(best.path)
    }
}
