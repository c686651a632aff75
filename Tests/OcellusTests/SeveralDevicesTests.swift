import Ocellus
import Testing

/// Steps whose batches several devices share: the CPU beside itself, parts of OpenCL devices, and devices of different kinds.
@Suite("Several devices", .serialized)
struct SeveralDevicesTests {
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

    /// Devices that train together, opened anew each time.
    struct Team: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let open: @Sendable () throws -> [any Backend]
        /// Whether each computes the same bits.
        var isAlike = true
    }

    private static let openCL = OpenCLDevices.all().filter { !$0.isSimulator }

    static let teams: [Team] =
        [2, 3].map { count in
            Team(testDescription: "\(count) × CPU") { try (0..<count).map { _ in try CPUBackend(threads: 1) } }
        }
        + openCL.filter { $0.computeUnits > 1 }.map { device in
            Team(testDescription: "\(device.platformName) in 2 parts") {
                try device.split(into: 2).map { try OpenCLBackend($0) }
            }
        }
        + (openCL.count < 2
            ? []
            : [
                Team(
                    testDescription: "different kinds", open: { try openCL.map { try OpenCLBackend($0) } },
                    isAlike: false)
            ])

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

    private func options(_ microBatch: Int? = nil, batch: Int) -> TrainingOptions {
        TrainingOptions(
            epochs: 2, batchSize: batch, microBatch: microBatch, optimizer: OptimizerOptions(.adam),
            augmentation: .guide, labelSmoothing: 0.1, classWeights: [1, 2, 0.5], seed: 9)
    }

    private func trainer(
        _ backends: [any Backend], _ options: TrainingOptions, run: RunFolder? = nil,
        stopRequest: StopRequest = StopRequest()
    ) throws -> Trainer {
        try Trainer(
            network, dataset: dataset, split: split, cache: cache, backend: backends[0],
            helpers: Array(backends.dropFirst()), options: options, run: run, stopRequest: stopRequest)
    }

    private func weights(_ trainer: Trainer) throws -> [String: [Float]] {
        #expect(try trainer.train())
        let model = try trainer.model()
        return try Dictionary(
            uniqueKeysWithValues: model.weights.names.map { ($0, try model.weights.values(of: $0)) })
    }

    private func expectSame(_ found: [String: [Float]], _ expected: [String: [Float]]) {
        for (name, expected) in expected {
            let difference = zip(expected, found[name] ?? []).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
            #expect(
                found[name]?.count == expected.count
                    && difference <= 1e-7 * expected.map { $0 * $0 }.reduce(0, +), "\(name)")
        }
    }

    @Test("they train as one does with the same batch, within rounding, and always to the same bits", arguments: teams)
    func parity(_ team: Team) throws {
        // The last batch is smaller; of 23 it is 1 picture, so that all devices but the first go without.
        for batch in [10, 23] {
            let one = try trainer([try team.open()[0]], options(batch: batch))
            let expected = try weights(one)
            let several = try trainer(try team.open(), options(batch: batch))
            let found = try weights(several)
            expectSame(found, expected)
            for (expected, found) in zip(one.progress.history, several.progress.history) {
                #expect(abs(expected.loss - found.loss) < 1e-4 && expected.accuracy == found.accuracy)
            }
            #expect(try weights(trainer(try team.open(), options(batch: batch))) == found)
        }
    }

    @Test(
        "the sum is made in the order of the devices: to the bits of micro-batches, one after the other",
        arguments: teams)
    func order(_ team: Team) throws {
        guard team.isAlike else { return }
        let count = try team.open().count
        let batch = split.indices(of: .train).count / 2
        let share = (batch + count - 1) / count
        guard batch % count == 0 else { return }
        let one = try weights(trainer([try team.open()[0]], options(share, batch: batch)))
        #expect(try weights(trainer(try team.open(), options(batch: batch))) == one)
    }

    @Test("a run that was stopped goes on to the same bits", arguments: teams)
    func resume(_ team: Team) throws {
        let options = options(batch: 7)
        let whole = try weights(trainer(try team.open(), options))
        let request = StopRequest()
        do {
            let backends = try team.open()
            let run = try RunFolder.create(
                folder("run"),
                description: RunDescription(
                    version: ocellusVersion, date: "", dataset: dataset, split: split, network: network,
                    preprocessing: cache.preprocessing, options: options, requestedDevice: "opencl:x/2",
                    device: backends[0].device, helpers: backends.dropFirst().map(\.device)),
                split: split, dataset: dataset)
            let trainer = try trainer(backends, options, run: run, stopRequest: request)
            #expect(try trainer.train(callbacks: [StopAfterFive(request)]) == false)
            #expect(trainer.progress.step == 5)
        }
        let run = try RunFolder(folder("run"))
        #expect(try run.description().allDevices.count == team.open().count)
        #expect(try weights(trainer(try team.open(), options, run: run)) == whole)
    }

    @Test(
        "no device takes more memory than planned, and with less on any batches are computed in smaller parts",
        arguments: teams)
    func memory(_ team: Team) throws {
        let backends = try team.open()
        let free = try trainer(backends, options(batch: 10))
        #expect(free.memory.microBatch == (10 + backends.count - 1) / backends.count)
        let expected = try weights(free)
        let planned = [free.memory.peakByteCount] + free.memory.helperByteCounts
        for (backend, planned) in zip(backends, planned) {
            #expect(backend.memory.peak <= planned && backend.memory.peak > planned / 2)
        }
        // The others keep no optimiser states.
        #expect(planned[1] < planned[0] - free.memory.plan.stateByteCount / 2)
        let less = try team.open()
        less[1].memory.restrict(to: planned[1] - 1)
        let small = try trainer(less, options(batch: 10))
        #expect(small.memory.microBatch < free.memory.microBatch)
        expectSame(try weights(small), expected)
        for (backend, planned) in zip(less, [small.memory.peakByteCount] + small.memory.helperByteCounts) {
            #expect(backend.memory.peak <= planned)
        }
    }

    @Test("a batch that is smaller than the number of devices is refused")
    func tooSmall() throws {
        #expect {
            try trainer(Self.teams[1].open(), options(batch: 2))
        } throws: {
            "\($0)".contains("a batch of 2 pictures cannot be shared among 3 devices")
        }
    }

    private final class StopAfterFive: TrainingCallback {
        private let request: StopRequest
        private var steps = 0

        init(_ request: StopRequest) { self.request = request }

        func batchDidEnd(_ step: StepReport, _ trainer: Trainer) {
            steps += 1
            if steps == 5 { request.make() }
        }
    }
}
