import Ocellus
import Testing

/// Steps that are made up of micro-batches.
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

    static let backends: [Result<any Backend, any Error>] =
        [Result { try CPUBackend() }]
        + OpenCLDevices.all().filter { !$0.isSimulator }.map { device in Result { try OpenCLBackend(device) } }

    /// Without batch normalisation, with dropout.
    private let network = Network(input: [32, 32, 3]) {
        ConvolutionLayer(8, 3, activation: .relu)
        MaxPoolingLayer(2)
        ConvolutionLayer(16, 3, stride: 2, padding: .same, activation: .relu)
        DropoutLayer(0.3)
        FlattenLayer()
        DenseLayer(24, activation: .relu)
        DenseLayer(3)
    }

    /// 24 training pictures: the last of an epoch's batches has 4.
    private func options(_ microBatch: Int?, optimizer: OptimizerOptions = OptimizerOptions(.sgd, momentum: 0.9))
        -> TrainingOptions
    {
        TrainingOptions(
            epochs: 2, batchSize: 10, microBatch: microBatch, optimizer: optimizer, augmentation: .guide,
            labelSmoothing: 0.1, classWeights: [1, 2, 0.5], seed: 9)
    }

    private func train(_ backend: any Backend, _ options: TrainingOptions) throws -> (
        weights: [String: [Float]], history: [EpochMetrics]
    ) {
        let trainer = try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backend, options: options)
        #expect(try trainer.train())
        let model = try trainer.model()
        return (
            try Dictionary(uniqueKeysWithValues: model.weights.names.map { ($0, try model.weights.values(of: $0)) }),
            trainer.progress.history
        )
    }

    @Test("they train as the whole batch does, within rounding, dropout and all", arguments: [1, 3, 5, 9])
    func parity(microBatch: Int) throws {
        for backend in Self.backends {
            let backend = try backend.get()
            let whole = try train(backend, options(nil))
            let parts = try train(backend, options(microBatch))
            for (name, expected) in whole.weights {
                let found = try #require(parts.weights[name])
                let error = zip(expected, found).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
                #expect(
                    error <= 1e-7 * expected.map { $0 * $0 }.reduce(0, +), "\(name) on \(backend.device.name): \(error)"
                )
            }
            for (expected, found) in zip(whole.history, parts.history) {
                #expect(abs(expected.loss - found.loss) < 1e-4)
                #expect(abs(expected.validationLoss - found.validationLoss) < 1e-4)
                #expect(expected.accuracy == found.accuracy)
            }
        }
    }
}
