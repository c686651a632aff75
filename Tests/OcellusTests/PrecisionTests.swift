import Foundation
import Ocellus
import Testing

/// Training in FP16 and BF16, with the scaling of the loss.
@Suite("Precision", .serialized)
struct PrecisionTests {
    private let folder: TemporaryFolder
    private let dataset: Dataset
    private let split: DataSplit
    private let cache: PictureCache

    init() throws {
        folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 12, size: 40)
        cache = PictureCache(preprocessing: try .guide(width: 32, height: 32))
        dataset = try Dataset(folder: folder("data")).checked(filling: cache)
        split = try DataSplit(dataset, seed: 3)
    }

    private static var devices: [OpenCLDevice] { OpenCLDevices.find().devices.filter { !$0.isSimulator } }

    private let network = Network(input: [32, 32, 3]) {
        ConvolutionLayer(8, 3, activation: .relu)
        MaxPoolingLayer(2)
        ConvolutionLayer(16, 3, stride: 2, padding: .same, activation: .relu)
        FlattenLayer()
        DenseLayer(24, activation: .relu)
        DenseLayer(3)
    }

    /// - Parameter weight: of each class. Gradients are as many times larger: at 65536 times the loss they overflow.
    private func options(weight: Float = 1, microBatch: Int? = nil, epochs: Int = 3) -> TrainingOptions {
        TrainingOptions(
            epochs: epochs, batchSize: 5, microBatch: microBatch,
            optimizer: OptimizerOptions(.adam, learningRate: 0.002),
            augmentation: .guide, classWeights: [weight, weight, weight], seed: 9)
    }

    private func trainer(
        _ backend: any Backend, _ options: TrainingOptions, run: RunFolder? = nil,
        _ request: StopRequest = StopRequest()
    ) throws -> Trainer {
        try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, options: options, run: run,
            stopRequest: request)
    }

    private func runFolder(_ name: String, _ backend: any Backend, _ options: TrainingOptions) throws -> RunFolder {
        try RunFolder.create(
            folder(name),
            description: RunDescription(
                version: ocellusVersion, date: "", dataset: dataset, split: split, network: network,
                preprocessing: cache.preprocessing, options: options, requestedDevice: "opencl", device: backend.device,
                precision: backend.precision),
            split: split, dataset: dataset)
    }

    private func weights(_ model: Model) throws -> [String: [UInt32]] {
        try Dictionary(
            uniqueKeysWithValues: model.weights.names.map { ($0, try model.weights.values(of: $0).map(\.bitPattern)) })
    }

    /// Asks to stop after a number of steps.
    private final class StopAfter: TrainingCallback {
        var steps: Int
        let request: StopRequest
        private(set) var scales: [LossScale] = []

        init(steps: Int, _ request: StopRequest = StopRequest()) {
            self.steps = steps
            self.request = request
        }

        func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
            if let scale = step.lossScale { scales.append(scale) }
            steps -= 1
            if steps == 0 { request.make() }
        }
    }

    @Test("a run that was stopped and resumed ends with the same bits, in the middle of finding the loss's scale too")
    func resume() throws {
        for device in Self.devices {
            for (precision, stop) in [(Precision.fp16, 3), (.fp16, 12), (.bf16, 7)] {
                let backend = try OpenCLBackend(device, precision: precision)
                let options = options(weight: 100)
                let watched = StopAfter(steps: .max)
                let whole = try trainer(backend, options)
                #expect(try whole.train(callbacks: [watched]))
                let name = "run \(device.description.name) \(precision) \(stop)"
                do {
                    let request = StopRequest()
                    let first = try trainer(backend, options, run: runFolder(name, backend, options), request)
                    #expect(try first.train(callbacks: [StopAfter(steps: stop, request)]) == false)
                }
                let run = try RunFolder(folder(name))
                #expect(try run.description().precision == precision)
                let second = try trainer(backend, options, run: run)
                #expect(second.progress.step == stop)
                #expect(second.progress.lossScale == (precision == .fp16 ? watched.scales[stop - 1] : nil))
                #expect(try second.train())
                #expect(try weights(Model(contentsOf: run.modelPath)) == weights(whole.model()))
                #expect(second.progress.lossScale == whole.progress.lossScale)
            }
        }
    }

    @Test("a step whose gradients overflow is skipped: the scale is halved and no weight changes; then it trains")
    func overflow() throws {
        for device in Self.devices {
            let backend = try OpenCLBackend(device, precision: .fp16)
            let options = options(weight: 100)
            let run = try runFolder("skip \(device.description.name)", backend, options)
            let request = StopRequest()
            let watched = StopAfter(steps: 1, request)
            let first = try trainer(backend, options, run: run, request)
            #expect(try first.train(callbacks: [watched]) == false)
            let scale = try #require(watched.scales.first)
            #expect(scale.value == 32768 && scale.skippedSteps == 1 && scale.skippedStepsOfEpoch == 1)
            let file = try SafetensorsFile(run.checkpointPath)
            let initial = ModelWeights(initialOf: try network.inferenceGraph(), seed: options.seed)
            for name in initial.names {
                #expect(try file.floats(of: name) == initial.values(of: name), "\(name)")
            }
            for name in file.names where name.hasPrefix("optimizer.") {
                #expect(try file.floats(of: name).allSatisfy { $0 == 0 }, "\(name)")
            }
            // The rest of it: found the scale, and learned.
            let whole = try trainer(backend, options)
            #expect(try whole.train())
            let found = try #require(whole.progress.lossScale)
            #expect(found.value < 32768 && found.value >= LossScale.smallest)
            #expect(found.skippedSteps == Int(log2(65536 / found.value)))
            #expect(found.skippedSteps < whole.progress.step)
            let history = whole.progress.history
            #expect(history[2].loss < history[0].loss)
        }
    }

    @Test("micro-batches add up to the whole batch in FP16 too")
    func microBatches() throws {
        for device in Self.devices {
            let backend = try OpenCLBackend(device, precision: .fp16)
            let (whole, parts) = (try trainer(backend, options()), try trainer(backend, options(microBatch: 2)))
            #expect(try whole.train() && parts.train())
            for (expected, found) in zip(whole.progress.history, parts.progress.history) {
                #expect(abs(expected.loss - found.loss) < 0.02 * expected.loss)
            }
        }
    }

    @Test("the scale is doubled after 2000 steps without an overflow, and halved by one")
    func scale() {
        var scale = LossScale()
        #expect(scale.value == 65536)
        for _ in 0..<1999 { scale.record(isSkipped: false) }
        #expect(scale.value == 65536)
        scale.record(isSkipped: false)
        #expect(scale.value == 131072 && scale.stepsSinceChange == 0)
        for _ in 0..<1999 { scale.record(isSkipped: false) }
        scale.record(isSkipped: true)
        #expect(scale.value == 65536 && scale.skippedSteps == 1)
        for _ in 0..<1999 { scale.record(isSkipped: false) }
        #expect(scale.value == 65536)
        // It stays a number.
        for _ in 0..<400_000 { scale.record(isSkipped: false) }
        #expect(scale.value.isFinite)
    }

    @Test("gradients that are no numbers at any scale end training, with advice")
    func divergence() throws {
        guard let device = Self.devices.first else { return }
        let trainer = try trainer(OpenCLBackend(device, precision: .fp16), options(weight: 1e12, epochs: 10))
        #expect {
            _ = try trainer.train()
        } throws: {
            "\($0)".contains("gradients are no longer a number") && "\($0)".contains("--precision bf16")
        }
    }

    @Test("a device that does not compute so is named, with what it can do")
    func unsupported() throws {
        let cpu = try CPUBackend().device.name
        #expect {
            _ = try ChosenDevice(.cpu, precision: .fp16)
        } throws: {
            "\($0)".contains("'\(cpu)' does not compute in fp16; it can do fp32")
        }
        if !OpenCLDevices.find().devices.contains(where: { $0.kind == .gpu }) {
            #expect {
                _ = try ChosenDevice(.auto, precision: .bf16)
            } throws: {
                "\($0)".contains("bf16") && "\($0)".contains("--device")
            }
        }
        for device in Self.devices where !device.precisions.contains(.tf32) {
            #expect {
                _ = try ChosenDevice(.openCL(name: device.platformName), precision: .tf32)
            } throws: {
                "\($0)".contains("'\(device.description.name)' does not compute in tf32; it can do fp32, fp16, bf16")
            }
        }
    }

    @Test("every device passes its checks in FP16 and BF16 with its usual kernels")
    func checks() throws {
        for device in Self.devices {
            for precision in [Precision.fp16, .bf16] {
                let chosen = try ChosenDevice(.openCL(name: device.platformName), precision: precision)
                #expect(chosen.backend.precision == precision)
                #expect(chosen.reason.hasSuffix("it passed its self-test"))
            }
        }
    }
}
