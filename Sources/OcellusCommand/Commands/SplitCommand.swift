import ArgumentParser
import Ocellus

struct SplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Divide pictures into training, validation and test parts, and write down which is where.",
        discussion: """
            Each class is divided by itself; identical files and pictures that look alike stay on one \
            side. 'ocellus train DATA --split-from OUTPUT' takes the \
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
        let cache = try PictureCache(preprocessing: .guide(width: 224, height: 224))
        let listed = try Dataset(folder: data)
        let dataset = try listed.checked(filling: cache) { done in
            if done % 25 == 0 { Terminal.status("reading pictures \(done)/\(listed.samples.count)") }
        }
        Terminal.clearStatus()
        for file in dataset.unreadable { Terminal.warn("left out: \(file)") }
        let parts = try DataSplit(
            dataset, ratio: split ?? .standard, lookalikes: dataset.lookalikes(in: cache), seed: seed)
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
