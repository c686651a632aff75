import ArgumentParser
import Ocellus

struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "Show a model's layers: shapes, weights, work and memory.")

    @Argument(help: "The model's folder, as runs/parts/model, or the name of a network (see 'ocellus networks').")
    var model: String

    @Option(help: ArgumentHelp("Pictures a batch, for the memory.", valueName: "n"))
    var batch: Int = 1

    @Flag(help: "Write one line of JSON.")
    var json = false

    func run() throws {
        guard 1...65536 ~= batch else { throw ValidationError("--batch is \(batch); it must be 1 to 65536") }
        let network = try NamedNetwork(rawValue: model)?.network() ?? Model(contentsOf: model).network
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
