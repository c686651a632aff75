import ArgumentParser
import Foundation
import Ocellus

struct FindLearningRateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find-learning-rate",
        abstract: "Find a learning rate for a data set by a range test.",
        discussion: """
            Trains for some steps at a rate that grows from step to step, until the loss runs away, and throws away what it trained. \
            The rate is good where the loss falls: 'valley' is in the middle of its longest descent, 'steepest' where it falls \
            fastest. 'ocellus train --learning-rate auto' does the same and takes the valley. Give the options that you would give to \
            train.
            """)

    @Argument(help: "The folder of pictures, or a CSV file of labels (columns file, class, part).")
    var data: String

    @Option(help: ArgumentHelp("How many steps.", valueName: "n"))
    var steps = 100

    @Option(help: ArgumentHelp("The first rate.", valueName: "rate"))
    var from: Float = 1e-7

    @Option(help: ArgumentHelp("The last rate.", valueName: "rate"))
    var to: Float = 10

    @Option(help: ArgumentHelp("Draw the losses to an SVG file.", valueName: "file"))
    var svg: String?

    @OptionGroup
    var options: RunOptions

    @Flag(help: "Write one line of JSON to standard output.")
    var json = false

    func validate() throws {
        guard from > 0, to.isFinite, from < to else {
            throw ValidationError("--from \(from) --to \(to): the rates must be above 0 and grow")
        }
        guard 10...10_000 ~= steps else { throw ValidationError("--steps is \(steps); it must be 10 to 10000") }
        if let svg, FileManager.default.fileExists(atPath: svg) {
            throw ValidationError("\(svg) exists already and is not overwritten: name another file for --svg")
        }
    }

    func run() throws {
        let interrupt = Interrupt.install()
        let display = TrainingDisplay(isJSON: json)
        let settings = try TrainingSettings(options.choices(), data: data, output: "")
        let test: LearningRateTest
        do {
            test = try LearningRateTest(
                settings, range: from...to, steps: steps, stopRequest: interrupt, checked: display.checking,
                willCheck: DeviceOptions.note, progress: display.testing)
        } catch is CancellationError {
            Terminal.clearStatus()
            Terminal.note("stopped; nothing is left behind")
            throw ExitCode(130)
        }
        Terminal.clearStatus()
        if let svg, let plot = LearningRatePlot(test) { try AtomicFile.write(Array(plot.svg.utf8), to: svg) }
        if json {
            try Terminal.writeJSON(Report(test))
        } else {
            if let plot = LearningRatePlot(test) { Terminal.write(plot.text()) }
            show("valley (V)", test.valley)
            show("steepest (S)", test.steepest)
        }
        guard let suggestion = test.suggestion else {
            throw TrainingError(
                "the loss never fell from \(from) to \(to): there is no rate to suggest; look at the data, or try other bounds"
            )
        }
        if !json { Terminal.write("suggestion: --learning-rate \(suggestion)") }
    }

    private func show(_ name: String, _ rate: Float?) {
        if let rate { Terminal.write("\(name): \(Terminal.scientific(Double(rate)))") }
    }

    private struct Report: Encodable {
        let suggestion: Float?
        let valley: Float?
        let steepest: Float?
        let hasDiverged: Bool
        let points: [LearningRateTest.Point]

        init(_ test: LearningRateTest) {
            (suggestion, valley, steepest) = (test.suggestion, test.valley, test.steepest)
            (hasDiverged, points) = (test.hasDiverged, test.points)
        }
    }
}
