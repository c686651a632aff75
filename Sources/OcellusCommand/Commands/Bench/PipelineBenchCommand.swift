import ArgumentParser
import Ocellus

struct PipelineBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline", abstract: "Time the way of pictures from files to batches, with no network behind it.",
        discussion: """
            Each picture is read, decoded, resized and augmented or normalised each time, as in an epoch whose pictures are \
            more than memory holds. The rate is the median of passes after a warm-up; the stages' times are those of one thread.
            """)

    @Argument(help: "The folder of pictures, one folder in it for each class.")
    var data: String

    @Option(help: ArgumentHelp("Side of the network's input, in pixels.", valueName: "pixels"))
    var size: Int = 224

    @Option(help: ArgumentHelp("Pictures a batch.", valueName: "n"))
    var batch: Int = 32

    @Option(help: ArgumentHelp("Threads that prepare pictures (default: one a core).", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Time passes for so long.", valueName: "s"))
    var seconds: Double = 5

    @OptionGroup(title: "Augmentation")
    var augmentation: AugmentationOptions

    @Flag(help: "Write one line of JSON.")
    var json = false

    func validate() throws {
        guard 1...16384 ~= size, 1...65536 ~= batch, threads.map({ 1...1024 ~= $0 }) ?? true, seconds > 0 else {
            throw ValidationError("--size, --batch, --threads and --seconds must be positive")
        }
    }

    func run() throws {
        let result = try PipelineBenchmark(
            Dataset(folder: data), preprocessing: .guide(width: size, height: size),
            augmentation: augmentation.augmentation, batch: batch, threads: threads, seconds: seconds)
        if json { return try Terminal.writeJSON(result) }
        var table = Table(["stage", "ms a picture", "images/s of one thread"])
        for stage in result.stages {
            table.add([
                stage.name, Terminal.number(stage.milliseconds, digits: 3),
                Terminal.number(1e3 / max(stage.milliseconds, 1e-6), digits: 0),
            ])
        }
        Terminal.write(
            "\(Terminal.number(result.imagesPerSecond, digits: 1)) images/s on \(result.threads) threads\n\n"
                + table.text())
    }
}
