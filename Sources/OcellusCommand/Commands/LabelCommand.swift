import ArgumentParser
import Foundation
import Ocellus
import OcellusLabelling

struct LabelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label",
        abstract: "Label pictures in a browser.",
        discussion: """
            ocellus label photos/ --classes bolt,nut,washer
            ocellus label photos/ --model runs/parts/model

            Opens a page on this machine alone: one picture at a time or a grid, a key a class, undo, "not sure". Each label is on \
            the disk, in a file that train, evaluate and check take, before the page goes on. With a model it suggests labels and \
            asks for the pictures of which the model is least certain first; a button retrains it, in the background.
            """)

    @Argument(help: "The folder of pictures; those in its folders are taken too.")
    var folder: String

    @Option(
        help: ArgumentHelp(
            "The classes, with commas between them, in the order of their keys (default: the model's, and those that the file of "
                + "labels has).", valueName: "a,b,c"))
    var classes: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The file of labels, new or begun before (default: labels.csv in the folder).", valueName: "labels.csv"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The part that new labels belong to: train, validation or test (default: none yet).", valueName: "part"))
    var part: Part?

    @Option(
        help: ArgumentHelp(
            "The folder of a model that suggests labels, and that is retrained on them. One of other classes suggests nothing until "
                + "then.", valueName: "model"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "The folder that retrained models are put into, as label-1, label-2 … (default: runs).", valueName: "folder"
        ))
    var runs = "runs"

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 for one that is free.", valueName: "n"))
    var port = 5001

    func validate() throws {
        if !(0...65535 ~= port) { throw ValidationError("--port is \(port); it must be 0 to 65535") }
        if model == nil, device.device != nil || device.threads != nil || device.memoryLimit != nil {
            throw ValidationError("--device, --threads and --memory-limit are for the model: give --model")
        }
    }

    func run() async throws {
        let labelling = try Labelling(
            LabellingSettings(
                folder: folder, output: output,
                classes: classes?.components(separatedBy: ",").map { $0.trimmingCharacters(in: .whitespaces) },
                part: part, model: model, runs: runs, device: device.device ?? .auto, threads: device.threads,
                memoryLimit: device.memoryLimit))
        for remark in labelling.remarks { Terminal.warn(remark) }
        let counts = labelling.session.counts
        Terminal.note("\(counts.total) pictures, \(counts.labelled) labelled, in \(labelling.session.labelsPath)")
        try await LabellingServer(labelling, port: port).run {
            Terminal.note("label them at http://127.0.0.1:\($0) (Ctrl-C ends it)")
        }
        let end = labelling.session.counts
        Terminal.note("\(end.labelled) of \(end.total) pictures are labelled, in \(labelling.session.labelsPath)")
    }
}

extension Part: ExpressibleByArgument {}
