import ArgumentParser
import Foundation
import Ocellus
import OcellusTracking

struct SyncRunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Send what an MLflow server has not taken of runs.",
        discussion: """
            What 'train --mlflow' could not send, because the server was slow or down, is kept in the run; this sends it. Without \
            RUNS, all runs in the folder 'runs' that are tracked by MLflow.
            """)

    @Argument(help: "Runs, or folders that they are in (default: runs).")
    var runs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Another server than the one that the runs were begun with; it gets all of them.", valueName: "uri"))
    var mlflow: String?

    func run() throws {
        let server = try mlflow.map { try MLflowServer($0) }
        var hasFailed = false
        var count = 0
        for folder in runs.isEmpty ? ["runs"] : runs {
            let list = try RunList(folder: folder)
            for problem in list.problems { Terminal.warn(problem) }
            for run in list.runs.map(\.path) where MLflowLog.isBegun(in: run) {
                count += 1
                do {
                    for note in try MLflowSender(run: run, server: server).send() { Terminal.warn(note) }
                    Terminal.write("\(run): \(MLflowSender.page(of: run) ?? "")")
                } catch {
                    Terminal.fail("\(run): \(error)")
                    hasFailed = true
                }
            }
        }
        if count == 0 { Terminal.note("there is no run that was trained with --mlflow") }
        if hasFailed { throw ExitCode.failure }
    }
}
