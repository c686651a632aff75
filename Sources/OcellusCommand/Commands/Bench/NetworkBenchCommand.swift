import ArgumentParser
import Ocellus

struct NetworkBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Time a network's steps on made-up pictures.",
        discussion: """
            The median of steps after a warm-up; nothing is decoded or augmented. Several devices share a batch in training. Ready is the time from the network with its \
            weights to the end of the first step.
            """)

    @OptionGroup(title: "Network")
    var network: NetworkOptions

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
        guard seconds > 0 else { throw ValidationError("--seconds must be positive") }
        if denseWeights != .fp32, mode == .training {
            throw ValidationError("--dense-weights is for --mode inference: training changes the weights")
        }
    }

    func run() throws {
        let (timed, batch) = (try network.network(), network.batch)
        var chosen = try device.choose(denseWeights: denseWeights, allowsSeveral: mode == .training)
        let share = (batch + chosen.helpers.count) / chosen.backends.count
        chosen = try device.tuned(chosen, for: [.steps(timed, mode, batch: share, on: chosen.backend)])
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
            network.name, mode.rawValue, "\(result.batch)", Terminal.number(result.imagesPerSecond, digits: 1),
            Terminal.number(result.millisecondsPerStep, digits: 2),
            Terminal.number(result.preparationSeconds, digits: 2), Terminal.number(result.peakMemoryMB, digits: 0),
            result.device,
        ])
        Terminal.write(table.text())
    }
}
