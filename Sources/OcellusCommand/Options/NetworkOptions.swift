import ArgumentParser
import Ocellus

/// A network that is not trained but timed or tuned for.
struct NetworkOptions: ParsableArguments {
    @Option(
        name: .customLong("network"),
        help: ArgumentHelp(
            "The network: \(NamedNetwork.allNames), a YAML or JSON file that describes one, or a model's folder.",
            valueName: "name"))
    var name = NamedNetwork.simple.rawValue

    @Option(
        help: ArgumentHelp(
            "Side of the network's input, in pixels (default: 224, or what the network's file says).",
            valueName: "pixels"))
    var size: Int?

    @Option(help: ArgumentHelp("How many classes the network tells apart.", valueName: "n"))
    var classes: Int = 3

    @Option(help: ArgumentHelp("Pictures a step.", valueName: "n"))
    var batch: Int = 32

    func validate() throws {
        guard 1...16384 ~= size ?? 224, 2...65536 ~= classes, 1...65536 ~= batch else {
            throw ValidationError("--size, --classes and --batch must be positive, and --classes 2 or more")
        }
    }

    func network() throws -> Network {
        try NetworkRequest(name)?.network(size: size, classes: classes) ?? Model(contentsOf: name).network
    }
}
