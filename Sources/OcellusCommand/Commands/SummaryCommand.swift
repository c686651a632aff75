import ArgumentParser
import Ocellus

struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "Show a model's layers: shapes, weights, work and memory.")

    @Argument(
        help:
            "The model's folder, as runs/parts/model, the name of a network (see 'ocellus networks'), or a YAML or JSON file that describes one."
    )
    var model: String

    @Option(help: ArgumentHelp("Pictures a batch, for the memory.", valueName: "n"))
    var batch: Int = 1

    @Option(help: ArgumentHelp("Classes of a network that is no model yet.", valueName: "n"))
    var classes: Int = 1000

    @Flag(help: "Write one line of JSON.")
    var json = false

    func run() throws {
        guard 1...65536 ~= batch else { throw ValidationError("--batch is \(batch); it must be 1 to 65536") }
        guard 2...65536 ~= classes else { throw ValidationError("--classes is \(classes); it must be 2 to 65536") }
        let network =
            try NetworkRequest(model)?.network(size: nil, classes: classes) ?? Model(contentsOf: model).network
        let summary = try NetworkSummary(network)
        if json { return try Terminal.writeJSON(summary) }
        var table = Table(["layer", "operations", "output", "weights", "MFLOPs"])
        for layer in summary.layers {
            table.add([
                layer.name, layer.operations, layer.output.description, "\(layer.parameters)",
                Terminal.number(Double(layer.flops) / 1e6, digits: 1),
            ])
        }
        Terminal.write(table.text())
        let memory = try Plan.memoryPlan(network.inferenceGraph(), CPUBackend(), capacity: batch)
        Terminal.write(
            """

            \(summary.name), input \(summary.input): \(summary.parameters) weights, \
            \(Terminal.number(Double(summary.flops) / 1e9, digits: 2)) GFLOPs a picture, \
            \(Terminal.megabytes(memory.peakByteCount)) to predict \(batch) at once
            """)
    }
}
