import ArgumentParser
import Ocellus
import OcellusONNX

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model for other programs.",
        discussion: """
            onnx: the network with softmax, for ONNX Runtime and others. Its input is 'images', float [N, 3, height, width], \
            normalised as the model's preprocessing says; with --preprocessing it is 'pictures', uint8 [N, height, width, 3], \
            RGB of that size. Its output is 'probabilities' [N, classes]. The file's metadata hold 'classes' and \
            'preprocessing' as JSON.

            safetensors: the weights, with torchvision's names for networks that have a name.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case onnx, safetensors
    }

    @Argument(help: "The model's folder, as runs/parts/model.")
    var model: String

    @Option(help: "onnx or safetensors.")
    var format: Format

    @Option(
        name: [.short, .long], help: ArgumentHelp("The file, which is replaced if there is one.", valueName: "file"))
    var output: String

    @Flag(help: "onnx: the graph normalises pictures itself.")
    var preprocessing = false

    @Option(
        help: ArgumentHelp(
            "safetensors: oihw, PyTorch's order of a filter's axes, or hwio, that of a model's own file (default: oihw).",
            valueName: "layout"))
    var layout: WeightsLayout?

    func validate() throws {
        if format != .onnx, preprocessing { throw ValidationError("--preprocessing goes with --format onnx") }
        if format != .safetensors, layout != nil { throw ValidationError("--layout goes with --format safetensors") }
    }

    func run() throws {
        let model = try Model(contentsOf: model)
        switch format {
        case .onnx: try ONNXExport(model, includesPreprocessing: preprocessing).write(to: output)
        case .safetensors: try model.exportWeights(to: output, layout: layout ?? .oihw)
        }
        Terminal.write("\(output): \(model.network.name), \(model.classes.count) classes")
    }
}

extension WeightsLayout: ExpressibleByArgument {}
