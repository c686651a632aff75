import Foundation
import Ocellus
import OpenCLFaults
import Testing

/// Tests that use OpenCL follow one another.
@Suite("Tuning", .serialized, .enabled(if: OpenCLDevices.all().contains { !$0.isSimulator }))
struct TuningTests {
    private let folder: TemporaryFolder
    private let device: OpenCLDevice
    private var cache: URL { URL(filePath: folder("cache"), directoryHint: .isDirectory) }

    init() throws {
        folder = try TemporaryFolder()
        device = try #require(OpenCLDevices.all().first { !$0.isSimulator })
    }

    private func open(_ device: OpenCLDevice) throws -> OpenCLBackend { try OpenCLBackend(device, cacheFolder: cache) }

    private let network = Network(input: [20, 20, 3]) {
        ConvolutionLayer(16, 3, activation: .relu)
        MaxPoolingLayer(2)
        FlattenLayer()
        DenseLayer(3)
    }

    private func graph(_ backend: OpenCLBackend, _ batch: Int = 4) throws -> PlannedGraph {
        try .steps(network, .training, batch: batch, on: backend)
    }

    @Test(
        "it tries every axis, and keeps what computes rightly for each operation of the network, in each precision",
        arguments: [(Precision.fp32, 1e-7), (.fp16, 1e-6), (.bf16, 2e-5)])
    func tune(_ precision: Precision, tolerance: Double) throws {
        let backend = try OpenCLBackend(device, precision: precision, cacheFolder: cache)
        var timed = 0
        let tuner = KernelTuner(backend, against: try CPUBackend(), effort: .thorough) { event in
            if case .timed = event { timed += 1 }
        }
        let planned = try graph(backend)
        let found = tuner.tune([planned])
        #expect(found.count >= 5 && timed > 4 * found.count)
        for (key, entry) in found {
            #expect(entry.isVerified && entry.effort == .thorough)
            #expect(key.hasSuffix(precision == .fp32 ? ", N 4" : ", N 4, \(precision)"))
            #expect(try #require(entry.error) < tolerance)
            #expect(try #require(entry.milliseconds) <= #require(entry.usualMilliseconds))
        }
        #expect(tuner.tune([planned], known: found).isEmpty)
        #expect(tuner.tune([try graph(backend, 3)], known: found) { true }.isEmpty)
    }

    @Test(
        "quick tuning tries first what was best for the last operation of a kind, and leaves it at that where it is better"
    )
    func kinds() throws {
        let network = Network(input: [16, 16, 8]) {
            ConvolutionLayer(32, 3, activation: .relu)
            ConvolutionLayer(24, 3, activation: .relu)
            ConvolutionLayer(16, 3, activation: .relu)
            FlattenLayer()
            DenseLayer(3)
        }
        var (tried, found): ([String: [KernelParameters]], [String: KernelParameters]) = ([:], [:])
        // The kernels for GPUs, with all tiles held up but one that is not the usual one.
        let quickest = MatrixTile(64, 32, item: 4, 4, slice: 32)
        let start = "const int item_row = item / ITEMS_ACROSS;"
        let delay = "volatile int wait = TILE_ROWS == 64 && TILE_COLUMNS == 32 ? 0 : 20000; while (wait > 0) --wait; "
        try OpenCLFault.inject(.miscompilation(of: start, as: delay + start), into: device) { device in
            let backend = try OpenCLBackend(device, kernelFamily: .tiled, cacheFolder: cache)
            var current = ""
            _ = KernelTuner(backend, against: try CPUBackend(), effort: .quick) { event in
                switch event {
                case .began(let key, _, _): current = key
                case .timed(let parameters, _): tried[current, default: []].append(parameters)
                case .found(let key, let entry): found[key] = entry.parameters
                case .rejected, .failed: break
                }
            }.tune([try .steps(network, .inference, batch: 4, on: backend)])
        }
        let convolutions = tried.filter { $0.key.hasPrefix("convolution ") }
        #expect(convolutions.count == 3)
        #expect(convolutions.keys.allSatisfy { found[$0]?.tile == quickest })
        // The first is searched for; for the others it is compared with the usual one, twice to be sure.
        let favourite = found.first { $0.key.hasPrefix("convolution ") }?.value
        #expect(convolutions.values.count { $0.dropFirst().first == favourite && $0.count == 6 } == 2)
    }

    @Test(
        "the first of a kind may take half of its kind's time, or what its own work is; the others one and a half times that"
    )
    func shares() {
        var shares = TuningShares([("a", 2), ("b", 4), ("a", 1), ("a", 5), ("b", 0), ("c", 0)])
        let expected: [Double] = [
            4 / 12,  // half of a's
            4 / 10,  // b's own
            1.5 / 6, 1, 1, 1,
        ]
        let found = expected.map { _ in shares.next() }
        #expect(found == expected)
        var one = TuningShares([("a", 0)])
        #expect(one.next() == 1)
    }

    @Test("it does not take kernels that compute wrongly or do not build")
    func rejection() throws {
        for (text, replacement, reason) in [
            ("mad(a, b, c)", "(a)", "computes wrongly"), ("mad(a, b, c)", "no_such_thing(a)", "does not build"),
        ] {
            try OpenCLFault.inject(.miscompilation(of: text, as: replacement), into: device) { faulty in
                let backend = try OpenCLBackend(
                    faulty, cacheFolder: URL(filePath: folder(reason), directoryHint: .isDirectory))
                var rejected: [MultiplyAdd?] = []
                let tuner = KernelTuner(backend, against: try CPUBackend(), effort: .thorough) { event in
                    if case .rejected(let parameters, let why) = event, parameters.family != .tiled {
                        rejected.append(parameters.product)
                        #expect(why.contains(reason))
                    }
                }
                // The forward operations are enough, and building kernels takes its time.
                let found = tuner.tune([try PlannedGraph.steps(network, .inference, batch: 4, on: backend)])
                #expect(!rejected.isEmpty && rejected.allSatisfy { $0 == .mad })
                #expect(found.values.allSatisfy { $0.parameters.product != .mad })
            }
        }
    }

    @Test("a quick tuning ends when its time is over, and is not begun again")
    func quick() throws {
        let backend = try open(device)
        let tuner = KernelTuner(backend, against: try CPUBackend(), effort: .quick, seconds: 0)
        let planned = try graph(backend)
        let found = tuner.tune([planned])
        #expect(
            !found.isEmpty && found.values.allSatisfy { $0.milliseconds == nil && $0.parameters == KernelParameters() })
        #expect(tuner.tune([planned], known: found).isEmpty)
    }

    @Test("what is kept is read back, exported, and taken in elsewhere only to be tried first")
    func files() throws {
        let entry = TunedKernels.Entry(
            parameters: KernelParameters(product: .fma, rows: 8), milliseconds: 1, usualMilliseconds: 2, error: 1e-12,
            effort: .thorough, isVerified: true)
        try TunedKernels.keep(["a, N 4": entry], for: device, in: cache)
        try TunedKernels.keep(["b, N 4": entry], for: device, in: cache)
        let kept = TunedKernels.kept(for: device, in: cache)
        #expect(kept.choices == ["a, N 4": entry.parameters, "b, N 4": entry.parameters])

        try kept.export(to: folder("tuned.json"))
        #expect(throws: ModelError.self) { try kept.export(to: folder("tuned.json")) }
        let elsewhere = URL(filePath: folder("elsewhere"), directoryHint: .isDirectory)
        #expect(try TunedKernels.importing(folder("tuned.json"), for: device, in: elsewhere) == 2)
        let imported = TunedKernels.kept(for: device, in: elsewhere)
        #expect(imported.entries.count == 2 && imported.choices.isEmpty)

        try Data("{}".utf8).write(to: URL(filePath: folder("none.json")))
        let error = #expect(throws: ModelError.self) {
            try TunedKernels.importing(folder("none.json"), for: device, in: elsewhere)
        }
        #expect(error?.description.contains("none.json") == true)
        #expect(throws: ModelError.self) {
            try TunedKernels.importing(folder("absent.json"), for: device, in: elsewhere)
        }
    }

    @Test("imported kernels are used once they have shown to compute rightly")
    func imported() throws {
        let backend = try open(device)
        let planned = try graph(backend)
        let cpu = try CPUBackend()
        let usual = KernelTuner(backend, against: cpu, effort: .quick, seconds: 0).tune([planned])
        let known = usual.mapValues { entry in
            var entry = entry
            entry.isVerified = false
            return entry
        }
        let found = KernelTuner(backend, against: cpu, effort: .quick, seconds: 60).tune([planned], known: known)
        #expect(found.count == known.count && found.values.allSatisfy { $0.isVerified && $0.milliseconds != nil })
    }

    @Test("what ended the process when it was tried is not tried again")
    func crash() throws {
        let backend = try open(device)
        let planned = try graph(backend)
        let key = try #require(
            KernelTuner(backend, against: try CPUBackend(), effort: .quick, seconds: 0).tune([planned]).keys
                .first { $0.hasPrefix("denseWeightGradient") })
        // A note as of a process that is gone.
        let trial = #"{"key":"\#(key)","parameters":{"product":"mad"},"process":999999999}"#
        try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
        try Data(trial.utf8).write(to: device.noteFile("trial", in: cache))
        let kernels = TunedKernels.keptAfterTrials(for: device, in: cache)
        #expect(kernels.faulty == [key: [KernelParameters(product: .mad)]])
        #expect(TunedKernels.keptAfterTrials(for: device, in: cache).faulty == kernels.faulty)
        #expect(!FileManager.default.fileExists(atPath: device.noteFile("trial", in: cache).path))

        var (current, timed) = ("", false)
        let tuner = KernelTuner(
            backend, against: try CPUBackend(), effort: .thorough, faulty: kernels.faulty
        ) { event in
            switch event {
            case .began(let began, _, _): current = began
            case .timed(let parameters, _) where current == key && parameters == KernelParameters(product: .mad):
                timed = true
            default: break
            }
        }
        _ = tuner.tune([planned])
        #expect(!timed)
    }

    @Test("a run records its kernels and goes on with them, whatever was tuned since")
    func replay() throws {
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 8, size: 40)
        let listed = try DeviceListing().entries.first {
            $0.name == device.description.name && $0.detail == device.description.detail
        }
        let request = try #require(listed.flatMap { DeviceRequest($0.option) })
        func settings(_ output: String) -> TrainingSettings {
            TrainingSettings(
                data: folder("data"), output: folder(output), network: .named(.simple), size: 24, features: .memory,
                options: TrainingOptions(epochs: 1, batchSize: 4), device: request, tuning: .off)
        }
        // A run is open to one at a time.
        func rewrite(_ change: (inout RunDescription) throws -> Void) throws {
            let run = try RunFolder(folder("run"))
            var description = try run.description()
            try change(&description)
            try run.write(description)
        }
        do {
            let job = try TrainingJob(settings("run"))
            let recorded = try #require(job.description.kernels).decoded(as: KernelChoices.self)
            #expect(recorded.tuned.isEmpty)
            #expect(try job.train() != nil)
        }
        // As if it had been begun with other kernels.
        let backend = try OpenCLBackend(device)
        var choices = KernelChoices()
        try rewrite { description in
            let planned = try PlannedGraph.training(description.network, description.options, on: backend)
            let key = try #require(
                KernelTuner(backend, against: try CPUBackend(), effort: .quick, seconds: 0).tune(planned).keys
                    .first { $0.hasPrefix("denseWeightGradient") })
            choices = KernelChoices(tuned: [key: KernelParameters(product: .fma, rows: 4)])
            description.kernels = try JSONDocument(choices)
        }
        do {
            let resumed = try TrainingJob(resuming: folder("run"), epochs: 2, features: .memory)
            #expect((resumed.trainer.backend as? OpenCLBackend)?.choices == choices)
            #expect(try resumed.train() != nil)
        }
        // A run from before kernels were recorded goes on with the usual ones.
        try rewrite { $0.kernels = nil }
        let old = try TrainingJob(resuming: folder("run"), epochs: 3, features: .memory)
        #expect((old.trainer.backend as? OpenCLBackend)?.choices.tuned.isEmpty == true)
    }

    @Test("the device's peak is measured by kernels of ours")
    func peak() throws {
        let peak = try #require(try open(device).measurePeak())
        #expect(peak.gigaflopsPerSecond > 0.1 && peak.gigabytesPerSecond > 0.01 && peak.copiedGigabytesPerSecond > 0.01)
    }
}
