import ArgumentParser
import Ocellus
import OcellusTracking

struct CompareRunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show in which settings and results two runs differ.")

    @Argument(help: "A run's folder.")
    var first: String

    @Argument(help: "Another run's folder.")
    var second: String

    @Flag(help: "Write one line of JSON.")
    var json = false

    func run() throws {
        let comparison = RunComparison(try RunRecord(contentsOf: first), try RunRecord(contentsOf: second))
        if json { return try Terminal.writeJSON(comparison) }
        func table(_ title: String, _ rows: [RunComparison.Row]) -> String {
            var table = Table([title, first, second], lastIsText: true)
            for row in rows { table.add([row.name, row.first ?? "–", row.second ?? "–"]) }
            return table.text()
        }
        Terminal.write(
            comparison.settings.isEmpty ? "no setting differs" : table("setting", comparison.settings))
        Terminal.write("\n" + table("result", comparison.results))
        if comparison.hasSameTestPart == false {
            Terminal.warn("their test parts differ, so that their accuracies do not compare")
        }
    }
}
