import ArgumentParser
import Ocellus

struct NetworksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "networks",
        abstract: "List the networks that have a name.",
        discussion: """
            Weights and GFLOPs are those of 1000 classes and the size given. Pre-trained weights for all but 'simple' come from \
            torchvision: python -c "import torchvision, safetensors.torch as s; \
            s.save_file(torchvision.models.resnet18(weights='DEFAULT').state_dict(), 'resnet18.safetensors')"
            """)

    @Option(help: ArgumentHelp("Side of the networks' input, in pixels.", valueName: "pixels"))
    var size: Int = 224

    @Flag(help: "Write a line of JSON a network.")
    var json = false

    private struct Row: Encodable {
        let name: String
        let input: Shape
        let parameters, flops: Int
        let weights: String
    }

    func run() throws {
        guard 32...16384 ~= size else { throw ValidationError("--size is \(size); it must be 32 to 16384") }
        var table = Table(["network", "million weights", "GFLOPs", "pre-trained weights"])
        for network in NamedNetwork.allCases {
            let summary = try NetworkSummary(network.network(height: size, width: size))
            let row = Row(
                name: network.rawValue, input: summary.input, parameters: summary.parameters, flops: summary.flops,
                weights: network.weightsOrigin)
            if json {
                try Terminal.writeJSON(row)
            } else {
                table.add([
                    row.name, Terminal.number(Double(row.parameters) / 1e6, digits: 2),
                    Terminal.number(Double(row.flops) / 1e9, digits: 2), row.weights,
                ])
            }
        }
        if !json { Terminal.write(table.text()) }
    }
}
