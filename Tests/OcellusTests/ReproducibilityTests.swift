import Ocellus
import Testing

@Suite("Reproducibility", .serialized)
struct ReproducibilityTests {
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

    private var network: Network {
        Network(input: [32, 32, 3]) {
            ConvolutionLayer(8, 3, activation: .relu)
            MaxPoolingLayer(2)
            ConvolutionLayer(16, 3, stride: 2, padding: .same, hasBias: false)
            BatchNormalizationLayer(activation: .relu)
            DepthwiseConvolutionLayer(3, padding: .same)
            DropoutLayer(0.3)
            FlattenLayer()
            DenseLayer(24, activation: .relu)
            DenseLayer(3)
        }
    }

    private let options = TrainingOptions(
        epochs: 3, batchSize: 5, optimizer: OptimizerOptions(.adam, learningRate: 0.002), augmentation: .guide, seed: 9)

    /// Asks to stop after a number of steps.
    private final class StopAfter: TrainingCallback {
        var steps: Int
        let request: StopRequest

        init(steps: Int, _ request: StopRequest) {
            self.steps = steps
            self.request = request
        }

        func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
            steps -= 1
            if steps == 0 { request.make() }
        }
    }

    /// Everything that keeps a state, or depends on where a run stands.
    static let demanding: [TrainingOptions] = [
        LearningRateSchedule(.constant), LearningRateSchedule(.step, factor: 0.5, epochs: [1]),
        LearningRateSchedule(.multiStep, epochs: [2]), LearningRateSchedule(.exponential),
        LearningRateSchedule(.cosine, warmUpEpochs: 1.5), LearningRateSchedule(.oneCycle),
        LearningRateSchedule(.plateau, factor: 0.3, patience: 0),
    ].enumerated().map { number, schedule in
        let methods = OptimizerOptions.Method.allCases
        let method = methods[number % methods.count]
        return TrainingOptions(
            epochs: 3, batchSize: 3, accumulation: 2, microBatch: number == 1 ? 2 : nil,
            optimizer: OptimizerOptions(
                method, learningRate: 0.002, momentum: method.takesMomentum ? 0.9 : 0, weightDecay: 0.01),
            schedule: schedule, clipping: GradientClipping(norm: 0.5, value: number % 2 == 0 ? 0.1 : nil),
            average: WeightAverage(decay: 0.9, warmsUp: number % 2 == 0), augmentation: .guide, labelSmoothing: 0.1,
            earlyStopping: 2, seed: 9)
    }

    @Test(
        "a run with every schedule, optimiser, clipping, accumulation and an average of the weights, stopped anywhere, too",
        arguments: demanding, [1, 6, 8])
    func demandingResume(_ options: TrainingOptions, stopAfter steps: Int) throws {
        let backend = try CPUBackend()
        let whole = try train(backend, options)
        do {
            let request = StopRequest()
            let trainer = try Trainer(
                network, dataset: dataset, split: split, cache: cache, backend: backend, options: options,
                run: runFolder("run", backend, options), stopRequest: request)
            #expect(try trainer.train(callbacks: [StopAfter(steps: steps, request)]) == false)
        }
        let run = try RunFolder(folder("run"))
        let kept = try run.description().options
        #expect(kept == options)
        let trainer = try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, options: kept, run: run)
        #expect(trainer.progress.step == steps)
        #expect(try trainer.train())
        #expect(try weights(Model(contentsOf: run.modelPath)) == whole)
    }

    private func runFolder(
        _ name: String, _ backend: any Backend, _ options: TrainingOptions? = nil
    ) throws -> RunFolder {
        try RunFolder.create(
            folder(name),
            description: RunDescription(
                version: ocellusVersion, date: "", dataset: dataset, split: split, network: network,
                preprocessing: cache.preprocessing, options: options ?? self.options, requestedDevice: "cpu",
                device: backend.device),
            split: split, dataset: dataset)
    }

    private func weights(_ model: Model) throws -> [String: [UInt32]] {
        try Dictionary(
            uniqueKeysWithValues: model.weights.names.map { ($0, try model.weights.values(of: $0).map(\.bitPattern)) })
    }

    private func train(_ backend: any Backend, _ options: TrainingOptions? = nil) throws -> [String: [UInt32]] {
        let trainer = try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, options: options ?? self.options)
        #expect(try trainer.train())
        return try weights(trainer.model())
    }

    @Test("one seed gives the same bits on one thread and on several")
    func threads() throws {
        let one = try train(CPUBackend(threads: 1))
        #expect(try train(CPUBackend(threads: 2)) == one)
        #expect(try train(CPUBackend(threads: 3)) == one)
    }

    @Test("another seed gives other weights")
    func seeds() throws {
        let backend = try CPUBackend()
        var other = options
        other.seed = 10
        let trainer = try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, options: other)
        _ = try trainer.train()
        #expect(try weights(trainer.model()) != train(backend))
    }

    @Test("a run stopped anywhere and resumed ends with the same bits", arguments: [1, 3, 5, 6, 11])
    func resume(stopAfter steps: Int) throws {
        let backend = try CPUBackend()
        let whole = try train(backend)
        do {
            let run = try runFolder("run", backend)
            let request = StopRequest()
            let trainer = try Trainer(
                network, dataset: dataset, split: split, cache: cache, backend: backend, options: options, run: run,
                stopRequest: request)
            #expect(try trainer.train(callbacks: [StopAfter(steps: steps, request)]) == false)
            #expect(trainer.progress.step == steps)
        }
        let run = try RunFolder(folder("run"))
        let trainer = try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, options: options, run: run)
        #expect(trainer.progress.step == steps)
        #expect(try trainer.train())
        #expect(try weights(Model(contentsOf: run.modelPath)) == whole)
    }

    @Test("mixing, policies and samplers resume to the same bits, in micro-batches too")
    func resumeStrong() throws {
        var options = options
        options.augmentation = .strong
        options.augmentation.mixupAlpha = 0.4
        options.augmentation.cutmixAlpha = 1
        options.augmentation.colorJitter = .init(brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1)
        options.balance = .sampler
        options.microBatch = 2
        func trainer(_ threads: Int, run: RunFolder? = nil, _ request: StopRequest = StopRequest()) throws -> Trainer {
            try Trainer(
                network, dataset: dataset, split: split, cache: cache, backend: CPUBackend(threads: threads),
                options: options, run: run, stopRequest: request)
        }
        let whole = try trainer(2)
        #expect(try whole.train())
        let expected = try weights(whole.model())
        let run = try runFolder("strong", CPUBackend(), options)
        let request = StopRequest()
        #expect(try trainer(1, run: run, request).train(callbacks: [StopAfter(steps: 7, request)]) == false)
        let read = try run.description().options
        #expect(read.augmentation == options.augmentation && read.balance == .sampler)
        #expect(try trainer(1, run: run).train())
        #expect(try weights(Model(contentsOf: run.modelPath)) == expected)
    }

    @Test("a run open for training cannot be opened twice, and is not made over another")
    func exclusive() throws {
        let backend = try CPUBackend()
        let run = try runFolder("run", backend)
        #expect(throws: TrainingError.self) { try RunFolder(run.path) }
        #expect(throws: TrainingError.self) { try runFolder("run", backend) }
        #expect(throws: TrainingError.self) { try RunFolder(folder("nothing")) }
    }

    @Test("a damaged checkpoint or run.json is a clear error")
    func damage() throws {
        let backend = try CPUBackend()
        let path: String
        do {
            let run = try runFolder("run", backend)
            path = run.path
            let trainer = try Trainer(
                network, dataset: dataset, split: split, cache: cache, backend: backend, options: options, run: run)
            _ = try trainer.train()
        }
        try corrupt(path + "/checkpoint.safetensors", keeping: 1000)
        let run = try RunFolder(path)
        #expect(throws: (any Error).self) {
            try Trainer(
                network, dataset: dataset, split: split, cache: cache, backend: backend, options: options, run: run)
        }
        try corrupt(path + "/run.json", keeping: 100)
        #expect(throws: TrainingError.self) { try run.description() }
    }

    @Test("evaluating the best weights in between changes nothing")
    func evaluationIsPure() throws {
        final class Evaluating: TrainingCallback {
            var accuracies: [Double] = []

            func epochDidEnd(_ metrics: EpochMetrics, _ trainer: Trainer) throws {
                accuracies.append(try trainer.evaluateBest(on: .test).accuracy)
            }
        }
        let backend = try CPUBackend()
        let whole = try train(backend)
        let trainer = try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, options: options)
        let evaluating = Evaluating()
        #expect(try trainer.train(callbacks: [evaluating]))
        #expect(evaluating.accuracies.count == 3)
        #expect(try weights(trainer.model()) == whole)
    }

    @Test("a split without one of its parts, or a class without training pictures, is a clear error")
    func emptyParts() throws {
        let backend = try CPUBackend()
        for (part, words) in [(Part.validation, "validation part"), (.test, "test part"), (.train, "train part")] {
            let lacking = DataSplit(parts: split.parts.map { $0 == part ? nil : $0 })
            #expect {
                _ = try Trainer(
                    network, dataset: dataset, split: lacking, cache: cache, backend: backend, options: options)
            } throws: { error in
                "\(error)".contains(words)
            }
        }
        let lacking = DataSplit(
            parts: zip(split.parts, dataset.samples).map { $1.classIndex == 2 && $0 == .train ? nil : $0 })
        #expect {
            _ = try Trainer(
                network, dataset: dataset, split: lacking, cache: cache, backend: backend, options: options)
        } throws: { error in
            "\(error)".contains("washers")
        }
    }

    @Test("a loss that is no number ends training with an error that says so")
    func divergence() throws {
        var wild = options
        wild.optimizer = OptimizerOptions(.sgd, learningRate: 1e30)
        let trainer = try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: CPUBackend(), options: wild)
        #expect {
            _ = try trainer.train()
        } throws: { error in
            "\(error)".contains("learning-rate")
        }
    }
}
