import ArgumentParser
import Ocellus

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Find the quickest kernels of an OpenCL device for a network.",
        discussion: """
            Each heavy operation of the network is run with other tiles, vector widths, algorithms and so on. Those that \
            compute what the CPU does are timed, and the quickest are kept for this device and driver; training, evaluation and \
            prediction take them from then on. They change the last bits of results, so a run that was begun goes on with \
            those that it began with. Interrupt it at any time: what was found is kept.

            'train' and 'bench' do this for some seconds when they first run a network on a device (--tuning).
            """)

    @OptionGroup(title: "Network")
    var network: NetworkOptions

    @Option(help: ArgumentHelp("training or inference (default: both).", valueName: "mode"))
    var mode: StepBenchmark.Mode?

    @Option(help: ArgumentHelp("Stop after so long (default: when all was tried).", valueName: "s"))
    var seconds: Double?

    @Flag(help: "Look again for what was tuned before.")
    var again = false

    @Flag(help: "Only list what is kept for the device.")
    var list = false

    @Option(name: .customLong("export"), help: ArgumentHelp("Only write what is kept to a file.", valueName: "file"))
    var exportFile: String?

    @Option(
        name: .customLong("import"),
        help: ArgumentHelp(
            "Only take what another machine with such a device exported; it is tried before it is used.",
            valueName: "file"))
    var importFile: String?

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    @Flag(help: "Show each set of parameters, its time, and why it is not used.")
    var verbose = false

    @Flag(help: "Write what is found, or kept, as a line of JSON.")
    var json = false

    func validate() throws {
        guard seconds.map({ $0 > 0 }) ?? true else { throw ValidationError("--seconds must be positive") }
        guard [list, exportFile != nil, importFile != nil].filter({ $0 }).count <= 1 else {
            throw ValidationError("--list, --export and --import are each for themselves")
        }
    }

    func run() throws {
        let job = try TuningJob(
            device.device ?? .openCL(name: nil), threads: device.threads, memoryLimit: device.memoryLimit,
            precision: device.precision ?? .fp32, willCheck: DeviceOptions.note)
        if list { return try show(job.kept) }
        if let exportFile {
            try job.kept.export(to: exportFile)
            return Terminal.note("\(exportFile): \(job.kept.entries.count) operations on \(job.kept.device)")
        }
        if let importFile {
            let count = try job.importing(importFile)
            return Terminal.note(
                "\(count) operations are new to \(job.kept.device); they are tried when a network first wants them")
        }
        let tuned = try network.network()
        let interrupt = Interrupt.install()
        Terminal.note("tuning \(job.backend.device.name), \(job.backend.device.detail), for \(tuned.name)")
        let display = TuningDisplay(isVerbose: verbose)
        let found = try job.tune(
            tuned, modes: mode.map { [$0] } ?? StepBenchmark.Mode.allCases, batch: network.batch, seconds: seconds,
            isRepeated: again, report: display.show
        ) { interrupt.isMade }
        Terminal.clearStatus()
        var kernels = job.kept
        kernels.entries = found.filter { $0.value.milliseconds != nil }
        if kernels.entries.isEmpty, !json {
            Terminal.note("nothing is left to tune; --again looks again, --list shows what was found")
        } else {
            try show(kernels)
        }
        if interrupt.isMade { throw ExitCode(130) }
    }

    private func show(_ kernels: TunedKernels) throws {
        if json { return try Terminal.writeJSON(kernels) }
        if kernels.entries.isEmpty { return Terminal.note("nothing is kept for \(kernels.device)") }
        Terminal.write(TuningDisplay.table(of: kernels).text())
    }
}
