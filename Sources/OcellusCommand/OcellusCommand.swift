import ArgumentParser
import Ocellus

/// The `ocellus` command: each subcommand parses its arguments, calls the library, and shows what comes back.
@main
struct OcellusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ocellus",
        abstract: "Turns a folder of labelled pictures into an image classifier.",
        discussion: """
            ocellus train photos/ --output runs/parts        photos/CLASS/*.jpg
            ocellus evaluate runs/parts/model photos/ --split test
            ocellus predict runs/parts/model new/*.jpg

            Results go to standard output, progress and messages to standard error. Exit codes: 0 all is well, 1 it failed, \
            64 the command line is wrong, 130 it was interrupted with everything saved.
            """,
        version: ocellusVersion,
        subcommands: [
            TrainCommand.self, FindLearningRateCommand.self, SearchCommand.self, EvaluateCommand.self,
            PredictCommand.self, ExplainCommand.self, ReportCommand.self, RunsCommand.self, ImportCommand.self,
            ExportCommand.self, NetworksCommand.self, SummaryCommand.self, DevicesCommand.self, DoctorCommand.self,
            TuneCommand.self, BenchCommand.self,
            DemoDataCommand.self, ImportLabelsCommand.self, SplitCommand.self,
            CheckCommand.self, AugmentPreviewCommand.self, LabelCommand.self, ServeCommand.self,
        ])
}
