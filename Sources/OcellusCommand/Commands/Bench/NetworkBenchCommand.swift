import ArgumentParser
import Ocellus

struct NetworkBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Time a network's steps on made-up pictures.",
        discussion: """
            The median of steps after a warm-up; nothing is decoded or augmented. Several devices share a batch in training. Ready is the time from the network with its \
            weights to the end of the first step.
            """)

    @Option(
        help: ArgumentHelp(
            "The network: \(NamedNetwork.allNames), a YAML or JSON file that describes one, or a model's folder.",
            valueName: "name"))
    var network = NamedNetwork.simple.rawValue

    @Option(
        help: ArgumentHelp(
            "Side of the network's input, in pixels (default: 224, or what the network's file says).",
            valueName: "pixels"))
    var size: Int?

    @Option(help: ArgumentHelp("How many classes the network tells apart.", valueName: "n"))
    var classes: Int = 3

    @Option(help: ArgumentHelp("Pictures a step.", valueName: "n"))
    var batch: Int = 32

    @Option(help: ArgumentHelp("training or inference.", valueName: "mode"))
    var mode: StepBenchmark.Mode = .training

    @Option(help: ArgumentHelp("Time steps for so long.", valueName: "s"))
    var seconds: Double = 5

    @Option(help: ArgumentHelp("What the CPU keeps dense layers' weights in, for inference.", valueName: "type"))
    var denseWeights: DenseWeightPrecision = .fp32

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @OptionGroup(title: "Profile")
    var profile: ProfileOptions

    @Flag(help: "Write one line of JSON, and one with the profile if it is asked for.")
    var json = false

    func validate() throws {
        guard 1...16384 ~= size ?? 224, 2...65536 ~= classes, 1...65536 ~= batch, seconds > 0 else {
            throw ValidationError("--size, --classes, --batch and --seconds must be positive, and --classes 2 or more")
        }
        if denseWeights != .fp32, mode == .training {
            throw ValidationError("--dense-weights is for --mode inference: training changes the weights")
        }
    }

    func run() throws {
        let timed =
            try NetworkRequest(network)?.network(size: size, classes: classes) ?? Model(contentsOf: network).network
        let chosen = try device.choose(denseWeights: denseWeights, allowsSeveral: mode == .training)
        let profiler = profile.makeProfiler()
        let result = try StepBenchmark(
            timed, backend: chosen.backend, helpers: chosen.helpers, batch: batch, mode: mode, seconds: seconds,
            profiler: profiler)
        try show(result, of: timed)
        try profile.finish(profiler, on: chosen.backend) { profile in
            if json { return try Terminal.writeJSON(profile) }
            Terminal.write("\n" + profile.text(isTerminal: Terminal.isOutputTerminal))
        }
    }

    private func show(_ result: StepBenchmark, of network: Network) throws {
        if json { return try Terminal.writeJSON(result) }
        var table = Table(["network", "mode", "batch", "images/s", "ms/step", "ready s", "peak MB", "device"])
        table.add([
            network.name, mode.rawValue, "\(batch)", Terminal.number(result.imagesPerSecond, digits: 1),
            Terminal.number(result.millisecondsPerStep, digits: 2),
            Terminal.number(result.preparationSeconds, digits: 2), Terminal.number(result.peakMemoryMB, digits: 0),
            result.device,
        ])
        Terminal.write(table.text())
    }
}
