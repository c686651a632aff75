import ArgumentParser
import Ocellus

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a model of weights that were trained elsewhere.",
        discussion: """
            WEIGHTS is a safetensors file with torchvision's tensor names (F32, F16 or BF16); see 'ocellus networks' for what \
            there is. Weights that were trained with other pictures than torchvision's want --preprocessing, those of \
            TensorFlow also --padding tensorflow.
            """)

    @Argument(help: "The file of weights.")
    var weights: String

    @Option(help: ArgumentHelp("The network: \(NamedNetwork.allNames).", valueName: "name"))
    var network: NamedNetwork

    @Option(help: ArgumentHelp("A text file with a class a line, in the order of the head.", valueName: "file"))
    var classes: String

    @Option(name: [.short, .long], help: ArgumentHelp("The model's folder, which is made.", valueName: "model"))
    var output: String

    @Option(help: ArgumentHelp("Side of the network's input, in pixels.", valueName: "pixels"))
    var size: Int = 224

    @OptionGroup
    var pictures: PictureOptions

    func run() throws {
        let result = try ModelImport(
            weights: weights, network: network, labels: classes, size: size,
            preprocessing: pictures.preprocessing ?? .imagenet, resizing: pictures.resizing,
            padding: pictures.padding ?? .torch)
        try result.save(to: output)
        if !result.renamedClasses.isEmpty {
            Terminal.note("classes of one name are told apart: \(result.renamedClasses.joined(separator: ", "))")
        }
        Terminal.write("\(output): \(network.rawValue), \(result.model.classes.count) classes")
    }
}
