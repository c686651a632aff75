import ArgumentParser
import Ocellus
import OcellusONNX

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a model of weights that were trained elsewhere.",
        discussion: """
            FILE is a safetensors file with the tensor names of torchvision or timm (F32, F16 or BF16), of a network given by \
            --network (see 'ocellus networks'); or an ONNX file of a classifier, whose name ends in .onnx. What was trained \
            with other pictures than torchvision's wants --preprocessing, weights of TensorFlow also --padding tensorflow. An \
            ONNX file that 'ocellus export' wrote brings its classes and preprocessing along.
            """)

    @Argument(help: "The file of weights, or the ONNX file.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "The network of a file of weights: \(NamedNetwork.allNames), or a YAML or JSON file that describes one.",
            valueName: "name"))
    var network: NetworkRequest?

    @Option(help: ArgumentHelp("A text file with a class a line, in the order of the head.", valueName: "file"))
    var classes: String?

    @Option(name: [.short, .long], help: ArgumentHelp("The model's folder, which is made.", valueName: "model"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Side of the network's input, in pixels (default: 224, or what its file says).", valueName: "pixels"))
    var size: Int?

    @OptionGroup
    var pictures: PictureOptions

    private var isONNX: Bool { file.lowercased().hasSuffix(".onnx") }

    func validate() throws {
        if isONNX {
            if network != nil { throw ValidationError("\(file) holds its network: leave out --network") }
            if pictures.padding != nil { throw ValidationError("\(file) holds its padding: leave out --padding") }
        } else if network == nil || classes == nil {
            throw ValidationError(
                "a file of weights wants --network and --classes; the name of an ONNX file ends in .onnx")
        }
    }

    func run() throws {
        let result = try read()
        try result.save(to: output)
        if !result.renamedClasses.isEmpty {
            Terminal.note("classes of one name are told apart: \(result.renamedClasses.joined(separator: ", "))")
        }
        Terminal.write("\(output): \(result.model.network.name), \(result.model.classes.count) classes")
    }

    private func read() throws -> ModelImport {
        guard let network, let classes, !isONNX else {
            return try ModelImport(
                onnx: file, labels: classes, size: size, preprocessing: pictures.preprocessing,
                sizing: pictures.sizing)
        }
        return try ModelImport(
            weights: file, network: network, labels: classes, size: size,
            preprocessing: pictures.preprocessing ?? .imagenet, sizing: pictures.sizing,
            padding: pictures.padding ?? .torch)
    }
}
