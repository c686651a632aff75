import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time a network's steps, a matrix product, or the way of pictures from files to batches.",
        subcommands: [
            NetworkBenchCommand.self, OperationBenchCommand.self, ProductBenchCommand.self, PipelineBenchCommand.self,
        ],
        defaultSubcommand: NetworkBenchCommand.self)
}
