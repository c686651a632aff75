import ArgumentParser
import Ocellus

struct SplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Divide pictures into training, validation and test parts, and write down which is where.",
        discussion: """
            Each class is divided by itself; identical files stay on one side. 'ocellus train DATA --split-from OUTPUT' takes the \
            parts from the file. Pictures that come in parts keep them.
            """)

    @Argument(help: "The folder of pictures, or a CSV file of labels (columns file, class, part).")
    var data: String

    @Option(name: [.short, .long], help: ArgumentHelp("The file that is written.", valueName: "file.csv"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Parts for training, validation and test, in percent (default: 70/15/15).", valueName: "a/b/c"),
        transform: { try SplitRatio(parsing: $0) })
    var split: SplitRatio?

    @Option(help: ArgumentHelp("What the division is drawn from.", valueName: "n"))
    var seed: UInt64 = 0

    func run() throws {
        let dataset = try Dataset(folder: data)
        let parts = try DataSplit(dataset, ratio: split ?? .standard, seed: seed)
        for group in parts.leaks(in: dataset) {
            let paths = group.samples.map { dataset.samples[$0].path }.joined(separator: ", ")
            Terminal.warn("identical files are in several parts: \(paths)")
        }
        try parts.write(to: output, for: dataset)
        var table = Table(["class"] + Part.allCases.map(\.rawValue))
        let counts = Part.allCases.map { parts.counts(of: $0, in: dataset) }
        for (index, name) in dataset.classes.enumerated() { table.add([name] + counts.map { "\($0[index])" }) }
        Terminal.write(table.text())
        Terminal.note("\(output): \(dataset.samples.count) pictures of \(dataset.classes.count) classes")
    }
}
