import ArgumentParser
import Ocellus

struct DemoDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-data",
        abstract: "Render a small data set to try things on: bolts, nuts and washers on a conveyor.")

    @Argument(help: "The folder to write to, which is made.")
    var folder: String

    @Option(help: ArgumentHelp("Pictures of each kind.", valueName: "n"))
    var images: Int = 200

    @Option(help: ArgumentHelp("Side of the pictures, in pixels.", valueName: "pixels"))
    var size: Int = 160

    @Option(help: ArgumentHelp("What the pictures are drawn from.", valueName: "n"))
    var seed: UInt64 = 0

    func run() throws {
        try ConveyorParts.write(to: folder, imagesPerClass: images, size: size, seed: seed)
        Terminal.note("\(images) pictures of each of bolts, nuts and washers are in \(folder)")
    }
}
