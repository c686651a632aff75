import Ocellus
import Testing

/// Steps that are made up of micro-batches, because they are asked for or because memory is short.
@Suite("Micro-batches", .serialized)
struct MicroBatchTests {
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

    /// The CPU and every OpenCL device, opened anew: a test may take memory from them.
    private static func backends() throws -> [any Backend] {
        [try CPUBackend()] + (try OpenCLDevices.all().filter { !$0.isSimulator }.map { try OpenCLBackend($0) })
    }

    /// Without batch normalisation, with dropout.
    private let network = Network(input: [32, 32, 3]) {
        ConvolutionLayer(8, 3, activation: .relu)
        ConvolutionLayer(8, 3, activation: .relu)
        MaxPoolingLayer(2)
        ConvolutionLayer(16, 3, stride: 2, padding: .same, activation: .relu)
        DropoutLayer(0.3)
        FlattenLayer()
        DenseLayer(24, activation: .relu)
        DenseLayer(3)
    }

    /// The last of an epoch's batches is smaller.
    private func options(_ microBatch: Int? = nil, epochs: Int = 2) -> TrainingOptions {
        TrainingOptions(
            epochs: epochs, batchSize: 10, microBatch: microBatch, optimizer: OptimizerOptions(.sgd, momentum: 0.9),
            augmentation: .guide, labelSmoothing: 0.1, classWeights: [1, 2, 0.5], seed: 9)
    }

    private func trainer(_ backend: any Backend, _ options: TrainingOptions, run: RunFolder? = nil) throws -> Trainer {
        try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, options: options, run: run)
    }

    private func weights(_ trainer: Trainer) throws -> [String: [Float]] {
        if !trainer.progress.isFinished { #expect(try trainer.train()) }
        let model = try trainer.model()
        return try Dictionary(
            uniqueKeysWithValues: model.weights.names.map { ($0, try model.weights.values(of: $0)) })
    }

    private func expectSame(_ found: [String: [Float]], _ expected: [String: [Float]], _ note: String) {
        for (name, expected) in expected {
            let difference = zip(expected, found[name] ?? []).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
            #expect(
                found[name]?.count == expected.count
                    && difference <= 1e-7 * expected.map { $0 * $0 }.reduce(0, +), "\(name), \(note)")
        }
    }

    @Test("they train as the whole batch does, within rounding, dropout and all", arguments: [1, 3, 9])
    func parity(microBatch: Int) throws {
        for backend in try Self.backends() {
            let (whole, parts) = (try trainer(backend, options()), try trainer(backend, options(microBatch)))
            #expect(whole.options.microBatch == 10 && parts.options.microBatch == microBatch)
            expectSame(try weights(parts), try weights(whole), backend.device.name)
            for (expected, found) in zip(whole.progress.history, parts.progress.history) {
                #expect(abs(expected.loss - found.loss) < 1e-4)
                #expect(abs(expected.validationLoss - found.validationLoss) < 1e-4)
                #expect(expected.accuracy == found.accuracy)
            }
        }
    }

    @Test("a batch for which there is not the memory is halved until it fits, and no more is taken than planned")
    func limit() throws {
        for backend in try Self.backends() {
            let whole = try trainer(backend, options())
            let expected = try weights(whole)
            #expect(backend.memory.peak <= whole.memory.peakByteCount)
            for parts in [5, 1] {
                let needed = try TrainingMemory(
                    for: network, options(parts), on: backend,
                    warp: PictureWarp(options(1).augmentation, cache.preprocessing, on: [backend]))
                #expect(needed.microBatch == parts && needed.peakByteCount < whole.memory.peakByteCount)
                let limited = try Self.backends().first { $0.device == backend.device }
                let small = try #require(limited)
                small.memory.restrict(to: needed.peakByteCount)
                let trainer = try trainer(small, options())
                #expect(trainer.memory.microBatch == parts && trainer.options.microBatch == parts)
                #expect(trainer.memory.peakByteCount == needed.peakByteCount)
                expectSame(try weights(trainer), expected, "\(parts) on \(backend.device.name)")
                _ = try trainer.evaluateBest(on: .test)
                #expect(small.memory.peak <= needed.peakByteCount && small.memory.peak > needed.peakByteCount / 2)
            }
        }
    }

    @Test("when not even one picture at a time fits, or not as many as were asked for, both figures are said")
    func tooLarge() throws {
        let backend = try CPUBackend()
        let least = try TrainingMemory(
            for: network, options(1), on: backend,
            warp: PictureWarp(options(1).augmentation, cache.preprocessing, on: [backend])
        ).peakByteCount
        backend.memory.restrict(to: least - 1)
        let figures = "takes \(ByteCount(least)), but of '\(backend.device.name)' \(ByteCount(least - 1)) may be taken"
        #expect {
            _ = try trainer(backend, options())
        } throws: {
            "\($0)".hasPrefix("even with one picture at a time, the network \(figures)")
        }
        #expect {
            _ = try trainer(backend, options(4))
        } throws: {
            "\($0)".hasPrefix("with 4 pictures at a time, the network takes") && "\($0)".contains("micro-batch")
        }
        #expect(backend.memory.peak == 0)
    }

    @Test("activations are spread over several buffers where the device gives no large ones, to the same bits")
    func largestBuffer() throws {
        for backend in try Self.backends() {
            let whole = try trainer(backend, options())
            #expect(whole.memory.plan.arenaByteCounts.count == 1)
            let largest = whole.memory.plan.largest.byteCount
            let cut = try #require(try Self.backends().first { $0.device == backend.device })
            cut.memory.restrict(to: .max, largestBuffer: largest + 4096)
            let spread = try trainer(cut, options())
            #expect(spread.memory.plan.arenaByteCounts.count > 1 && spread.memory.microBatch == 10)
            #expect(spread.memory.plan.arenaByteCounts.allSatisfy { $0 <= largest + 4096 })
            #expect(try weights(spread) == weights(whole), "\(backend.device.name)")
            #expect(cut.memory.peak <= spread.memory.peakByteCount)
            // A tensor that is larger by itself makes micro-batches.
            cut.memory.restrict(to: .max, largestBuffer: largest - 1)
            let parts = try trainer(cut, options())
            #expect(parts.memory.microBatch == 5)
            expectSame(try weights(parts), try weights(whole), backend.device.name)
        }
    }

    @Test("a run goes on with the micro-batch that it began with, to the same bits, however much memory there is then")
    func resume() throws {
        let backend = try CPUBackend()
        backend.memory.restrict(
            to: try TrainingMemory(
                for: network, options(3), on: backend,
                warp: PictureWarp(options(1).augmentation, cache.preprocessing, on: [backend])
            ).peakByteCount)
        let whole = try weights(trainer(backend, options()))
        var begun = options()
        begun.microBatch = try TrainingMemory(
            for: network, begun, on: backend,
            warp: PictureWarp(options(1).augmentation, cache.preprocessing, on: [backend])
        ).microBatch
        #expect(begun.microBatch == 3)
        let request = StopRequest()
        do {
            let run = try RunFolder.create(
                folder("run"),
                description: RunDescription(
                    version: ocellusVersion, date: "", dataset: dataset, split: split, network: network,
                    preprocessing: cache.preprocessing, options: begun, requestedDevice: "cpu", device: backend.device),
                split: split, dataset: dataset)
            let trainer = try Trainer(
                network, dataset: dataset, split: split, cache: cache, backend: backend, options: begun, run: run,
                stopRequest: request)
            #expect(try trainer.train(callbacks: [Stopping(request)]) == false)
        }
        let run = try RunFolder(folder("run"))
        let file = try SafetensorsFile(run.checkpointPath)
        #expect(!file.names.contains { $0.hasPrefix("gradient/") })
        let description = try run.description()
        #expect(description.options.microBatch == 3)
        #expect(try weights(trainer(CPUBackend(), description.options, run: run)) == whole)
    }

    /// Asks to stop after two steps.
    private final class Stopping: TrainingCallback {
        private let request: StopRequest
        private var steps = 0

        init(_ request: StopRequest) { self.request = request }

        func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
            steps += 1
            if steps == 2 { request.make() }
        }
    }
}
