import ArgumentParser

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List and compare training runs, and send them to MLflow.",
        subcommands: [ListRunsCommand.self, CompareRunsCommand.self, BestRunCommand.self, SyncRunsCommand.self],
        defaultSubcommand: ListRunsCommand.self)
}
