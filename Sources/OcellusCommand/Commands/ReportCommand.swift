import ArgumentParser
import Ocellus
import OcellusTracking

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page about a run: curves, confusions, calibration, the worst mistakes.",
        discussion:
            "One HTML file that needs nothing else. It evaluates the run's model on the test part of its pictures.")

    @Argument(help: "The run's folder.")
    var folder: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The page, which is replaced if there is one (default: report.html in the run).", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Where the run's pictures are (default: where they were).", valueName: "folder"))
    var data: String?

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    func run() throws {
        let report = try RunReport(
            run: folder, data: data, device: device.device ?? .auto, threads: device.threads
        ) { Terminal.status("evaluated \($0) of \($1) pictures") }
        Terminal.clearStatus()
        let path = output ?? folder + "/report.html"
        try report.write(to: path)
        Terminal.write("\(path): test accuracy \(Terminal.percent(report.results.accuracy))")
    }
}
