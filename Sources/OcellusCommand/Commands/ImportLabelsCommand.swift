import ArgumentParser
import Ocellus
import OcellusLabels

struct ImportLabelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-labels",
        abstract: "Turn another tool's labels into a file that train, evaluate and check read.",
        discussion: """
            PATH is a folder with labels in it, or a file of labels. What format they are in is found by what they hold: \
            \(LabelFormat.allCases.map(\.title).joined(separator: ", ")). OUTPUT is a CSV file with the columns file, class \
            and, if the labels are split, part; paths in it start from its own folder.

            A picture with two labels or none, a label that is not known, and a file that is missing are listed, and nothing is \
            written, unless --skip leaves such pictures out.
            """)

    @Argument(help: "A folder with labels in it, or a file of labels.")
    var path: String

    @Option(name: [.short, .long], help: ArgumentHelp("The file that is written.", valueName: "file.csv"))
    var output: String

    @Option(help: ArgumentHelp("The format, when PATH holds several.", valueName: "format"))
    var format: LabelFormat?

    @Option(help: ArgumentHelp("Where the pictures are, when they are not in PATH.", valueName: "folder"))
    var pictures: String?

    @Flag(help: "Make a picture of each labelled box, in a folder beside OUTPUT.")
    var cropBoxes = false

    @Flag(help: "Leave out what cannot be taken.")
    var skip = false

    func run() throws {
        let labels = try LabelImport(path, format: format, pictureFolder: pictures, cropsBoxes: cropBoxes)
        Terminal.note(
            "\(labels.format.title) (\(labels.fileCount) \(labels.fileCount == 1 ? "file" : "files"))"
                + (labels.otherFormats.isEmpty
                    ? "" : "; also found: \(labels.otherFormats.map(\.rawValue).joined(separator: ", ")) (--format)"))
        let shown = 50
        for problem in labels.problems.prefix(shown) { Terminal.warn("\(problem)") }
        if labels.problems.count > shown { Terminal.warn("and \(labels.problems.count - shown) more") }
        let count = labels.counts.reduce(0) { $0 + $1.count }
        guard labels.problems.isEmpty || skip && count > 0 else {
            Terminal.note(
                "\(labels.problems.count) \(labels.problems.count == 1 ? "line" : "lines") cannot be taken, \(count) pictures can"
                    + (count > 0 ? "; --skip writes those" : ""))
            if count == 0, pictures == nil, labels.problems.contains(where: { $0.reason.hasPrefix("there is no file") })
            {
                Terminal.note("if the pictures are elsewhere, say where with --pictures FOLDER")
            }
            throw ExitCode.failure
        }
        try labels.write(to: output)
        var table = Table(["class", "pictures"])
        for (className, count) in labels.counts { table.add([className, "\(count)"]) }
        Terminal.write(table.text())
        let parts = labels.partCounts.map { "\($0.part.rawValue) \($0.count)" }.joined(separator: ", ")
        Terminal.note(
            "\(output): \(count) pictures, \(labels.counts.count) \(labels.counts.count == 1 ? "class" : "classes")"
                + (parts.isEmpty ? "" : " (\(parts))"))
    }
}

extension LabelFormat: ExpressibleByArgument {}
