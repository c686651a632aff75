import ArgumentParser
import Ocellus

struct AugmentPreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "augment-preview",
        abstract: "Show pictures as a network will see them in training.",
        discussion: """
            Writes a PNG file with a row a picture: first as it is, then as it is in the first epochs. The pictures go the way of \
            training, and are only brought back to colours: with a run's --seed, --size, --preprocessing and augmentation they are \
            those of the run. With --mixup and --cutmix the rows are mixed with one another, as the pictures of a batch.
            """)

    @Argument(help: "The folder of pictures, or a CSV file of labels (columns file, class, part).")
    var data: String

    @Option(name: [.short, .long], help: ArgumentHelp("The PNG file, which must not exist.", valueName: "file"))
    var output: String

    @Option(help: ArgumentHelp("How many pictures.", valueName: "n"))
    var rows: Int = 6

    @Option(help: ArgumentHelp("How many times each, the unchanged one included.", valueName: "n"))
    var columns: Int = 8

    @Option(help: ArgumentHelp("Side of the network's input, in pixels.", valueName: "pixels"))
    var size: Int = 224

    @Option(help: ArgumentHelp("What all random numbers are drawn from.", valueName: "n"))
    var seed: UInt64 = 0

    @OptionGroup(title: "Augmentation")
    var augmentation: AugmentationOptions

    @OptionGroup(title: "Pictures")
    var pictures: PictureOptions

    @Flag(help: "Write one line of JSON with the rows' files and classes to standard output.")
    var json = false

    func validate() throws {
        guard 1...100 ~= rows, 1...100 ~= columns, 1...Preprocessing.maximumSide ~= size else {
            throw ValidationError(
                "--rows and --columns must be from 1 to 100, --size from 1 to \(Preprocessing.maximumSide)")
        }
        _ = try augmentation.augmentation
    }

    func run() throws {
        let dataset = try Dataset(folder: data)
        let preview = try AugmentationPreview(
            dataset,
            preprocessing: Preprocessing(
                pictures.preprocessing ?? .zeroToOne, width: size, height: size, sizing: pictures.sizing),
            augmentation: augmentation.augmentation, rows: rows, columns: columns, seed: seed)
        try preview.write(to: output)
        let samples = preview.samples.map { dataset.samples[$0] }
        if json {
            return try Terminal.writeJSON(
                Summary(
                    output: output,
                    rows: samples.map { Summary.Row(file: $0.path, class: dataset.classes[$0.classIndex]) }))
        }
        var table = Table(["row", "class", "file"], lastIsText: true)
        for (row, sample) in samples.enumerated() {
            table.add(["\(row + 1)", dataset.classes[sample.classIndex], sample.path])
        }
        Terminal.write(table.text())
        Terminal.note("\(output): each row's picture as it is, then as it is in the first \(columns - 1) epochs")
    }

    private struct Summary: Encodable {
        let output: String
        let rows: [Row]

        struct Row: Encodable {
            let file: String
            let `class`: String
        }
    }
}
