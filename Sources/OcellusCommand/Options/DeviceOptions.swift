import ArgumentParser
import Ocellus
import OcellusTraining

/// What to compute on, as the subcommands that compute take it.
struct DeviceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What to compute on: auto (the best OpenCL GPU that passes a self-test, else the CPU), cpu, opencl, or "
                + "opencl:PART-OF-NAME. Several train together, as opencl:nvidia,opencl:nvidia for two cards of a kind, or "
                + "opencl:pocl/2 for a CPU in two parts. See 'ocellus devices'.", valueName: "device"))
    var device: DeviceRequest?

    @Option(help: ArgumentHelp("Threads of the CPU backend (default: one a core).", valueName: "n"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "How much of the device's memory may be taken, as 500MB or 2GiB (default: all of it).", valueName: "size"))
    var memoryLimit: ByteCount?

    @Option(
        help: ArgumentHelp(
            "In what numbers an OpenCL device computes: fp32, or fp16 or bf16 for activations of half the size, or tf32 for "
                + "quicker products (default: fp32).", valueName: "type"))
    var precision: Precision?

    @Option(
        help: ArgumentHelp(
            "Kernels of an OpenCL device: quick (for what is new to it, train and bench try kernels for some "
                + "seconds and keep the quickest), kept (those found before), or off (the usual "
                + "ones) (default: quick). See 'ocellus tune'.", valueName: "tuning"))
    var tuning: KernelTuning?

    func validate() throws {
        if let threads, !(1...1024 ~= threads) {
            throw ValidationError("--threads is \(threads); it must be 1 to 1024")
        }
    }

    /// - Parameter fallback: what is taken unless a device is asked for.
    func choose(
        else fallback: DeviceRequest = .auto, denseWeights: DenseWeightPrecision = .fp32, allowsSeveral: Bool = false
    ) throws -> ChosenDevice {
        try ChosenDevice(
            device ?? fallback, threads: threads, memoryLimit: memoryLimit, denseWeights: denseWeights,
            precision: precision ?? .fp32, allowsSeveral: allowsSeveral, tuning: tuning ?? .quick,
            willCheck: Self.note)
    }

    /// A chosen device with quick kernels for what a benchmark runs, as far as `--tuning` lets it.
    func tuned(_ chosen: ChosenDevice, for graphs: [PlannedGraph]) throws -> ChosenDevice {
        try chosen.tuned(tuning ?? .quick, for: graphs, threads: threads, willTune: Self.noteTuning)
    }

    /// Says what takes its time.
    static func noteTuning(device: String, seconds: Double) {
        Terminal.note(
            "this is new to \(device): kernels are tried for \(Int(seconds.rounded(.up))) s at most; 'ocellus tune' "
                + "tries more")
    }

    /// Says what takes its time.
    static func note(device: String) {
        Terminal.note(
            "\(device) is used for the first time with this driver: its operations are checked against the CPU")
    }
}

extension DeviceRequest: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension KernelTuning: ExpressibleByArgument {}

extension ByteCount: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension DenseWeightPrecision: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}
