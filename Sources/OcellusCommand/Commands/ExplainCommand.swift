import ArgumentParser
import Ocellus

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show where in pictures a model finds what speaks for a class.",
        discussion: """
            Grad-CAM: a PNG a picture, as the network sees it, with colours from blue, a little, to red, most, where the feature \
            maps of its last convolutional layer speak for the class; the likeliest class unless --class says another. \
            Nothing in the folder is replaced. A picture that cannot be read is reported, the others are still explained, and \
            the exit code is 1.
            """)

    @Argument(help: "The model's folder, as runs/parts/model.")
    var model: String

    @Argument(help: "Pictures.")
    var files: [String]

    @Option(
        name: [.short, .long], help: ArgumentHelp("The folder of the overlays, which is made.", valueName: "folder"))
    var output: String

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("The class to explain (default: the likeliest).", valueName: "name"))
    var className: String?

    @Option(
        help: ArgumentHelp(
            "The layer or block whose feature maps are looked at, as 'ocellus summary' names it (default: the last that has "
                + "places).", valueName: "name"))
    var layer: String?

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @Flag(help: "Write a line of JSON a picture, with the map.")
    var json = false

    func run() throws {
        let loaded = try Model(contentsOf: model)
        let classIndex = try className.map { name in
            guard let index = loaded.classes.firstIndex(of: name) else {
                throw ValidationError(
                    "the model has no class '\(name)'; it has \(loaded.classes.prefix(20).joined(separator: ", "))"
                        + (loaded.classes.count > 20 ? ", …" : ""))
            }
            return index
        }
        let gradCAM = try GradCAM(loaded, backend: device.choose(else: .cpu).backend, layer: layer)
        let folder = try ExplanationFolder(output)
        var failures = 0
        for file in files {
            do {
                let explanation = try gradCAM.explain(RGBImage.decode(contentsOf: file), classIndex: classIndex)
                try show(explanation, of: file, writtenTo: folder.write(explanation, of: file))
            } catch let error as ImageError {
                failures += 1
                Terminal.fail("\(error)")
            }
        }
        if failures > 0 { throw ExitCode.failure }
    }

    private func show(_ explanation: Explanation, of file: String, writtenTo overlay: String) throws {
        guard json else {
            let confidence = Terminal.percent(Double(explanation.confidence))
            return Terminal.write("\(overlay)  \(explanation.className) \(confidence)")
        }
        try Terminal.writeJSON(
            Line(
                file: file, overlay: overlay, class: explanation.className, confidence: explanation.confidence,
                width: explanation.heatmap.width, height: explanation.heatmap.height, map: explanation.heatmap.values))
    }

    private struct Line: Encodable {
        let file: String
        let overlay: String
        let `class`: String
        let confidence: Float
        let width: Int
        let height: Int
        let map: [Float]
    }
}
