import Ocellus
import Testing

@Suite("Balance")
struct BalanceTests {
    private let folder: TemporaryFolder
    private let dataset: Dataset
    private let split: DataSplit
    private let cache: PictureCache

    init() throws {
        folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 10, size: 24)
        cache = PictureCache(preprocessing: try .guide(width: 16, height: 16))
        dataset = try Dataset(folder: folder("data")).checked(filling: cache)
        split = try DataSplit(dataset, seed: 3)
    }

    private func trainer(_ options: TrainingOptions) throws -> Trainer {
        try Trainer(
            Network(input: [16, 16, 3]) {
                FlattenLayer()
                DenseLayer(3)
            }, dataset: dataset, split: split, cache: cache, backend: CPUBackend(), options: options)
    }

    @Test("weights are 1 ÷ a class's pictures, with a mean of 1 over the pictures")
    func weights() throws {
        let weights = ClassBalance.weights(for: [60, 30, 10])
        #expect(zip(weights, [100 / 180, 100 / 90, 100 / 30]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(abs(zip(weights, [60, 30, 10]).map { $0 * $1 }.reduce(0, +) - 100) < 1e-4)
        let counts = split.counts(of: .train, in: dataset)
        #expect(
            try trainer(TrainingOptions(balance: .weights)).options.classWeights == ClassBalance.weights(for: counts))
        #expect(try trainer(TrainingOptions(balance: .sampler)).options.classWeights.isEmpty)
        #expect(throws: TrainingError.self) {
            try trainer(TrainingOptions(classWeights: [1, 2, 3], balance: .weights))
        }
    }

    @Test("pictures cannot be mixed where frozen layers' features are computed once")
    func mixingFrozen() {
        let mixing = Augmentation(mixupAlpha: 0.2)
        #expect(throws: TrainingError.self) {
            try TrainingOptions(augmentation: mixing, transfer: TransferOptions()).validate()
        }
        #expect(throws: Never.self) {
            try TrainingOptions(
                augmentation: mixing, transfer: TransferOptions(headEpochs: 0, fineTuneEpochs: 2, freeze: .none)
            ).validate()
        }
    }
}
