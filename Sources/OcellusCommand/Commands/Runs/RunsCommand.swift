import ArgumentParser

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List and compare training runs.",
        subcommands: [ListRunsCommand.self, CompareRunsCommand.self, BestRunCommand.self],
        defaultSubcommand: ListRunsCommand.self)
}
