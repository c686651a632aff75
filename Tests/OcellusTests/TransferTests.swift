import Foundation
import Ocellus
import Testing

@Suite("Transfer learning", .serialized)
struct TransferTests {
    private let folder: TemporaryFolder
    private let dataset: Dataset
    private let split: DataSplit
    private let cache: PictureCache
    private let weights: ModelWeights

    init() throws {
        folder = try TemporaryFolder()
        try ConveyorParts.write(to: folder("data"), imagesPerClass: 12, size: 40)
        cache = PictureCache(preprocessing: try .guide(width: 24, height: 24))
        dataset = try Dataset(folder: folder("data")).checked(filling: cache)
        split = try DataSplit(dataset, seed: 3)
        weights = ModelWeights(initialOf: try Self.network.inferenceGraph(), seed: 5)
    }

    private static let network = Network(name: "small", input: [24, 24, 3]) {
        ConvolutionLayer(8, 3, stride: 2, padding: .same, hasBias: false, name: "stem.conv")
        BatchNormalizationLayer(activation: .relu, name: "stem.norm")
        ResidualLayer(activation: .relu, name: "body.0") { ConvolutionLayer(8, 3, padding: .same) }
        ConvolutionLayer(12, 3, stride: 2, padding: .same, hasBias: false, name: "body.1.conv")
        BatchNormalizationLayer(activation: .relu, name: "body.1.norm")
        GlobalAveragePoolingLayer()
        DropoutLayer(0.2)
        DenseLayer(3, name: "head")
    }

    private func options(
        head: Int = 2, tune: Int = 2, _ freeze: TransferOptions.Freeze = .before(block: "body.1"),
        augmentation: Augmentation = .none, views: Int = 2
    ) -> TrainingOptions {
        TrainingOptions(
            batchSize: 5, augmentation: augmentation, seed: 9,
            transfer: TransferOptions(
                headEpochs: head, fineTuneEpochs: tune, freeze: freeze, fineTuneLearningRate: 0.002, layerDecay: 0.5,
                augmentedViews: views))
    }

    private func trainer(
        _ options: TrainingOptions, _ backend: any Backend, features: FeatureCache = .memory, run: RunFolder? = nil,
        _ request: StopRequest = StopRequest()
    ) throws -> Trainer {
        try Trainer(
            Self.network, dataset: dataset, split: split, cache: cache, backend: backend, options: options,
            weights: run == nil ? weights : nil, features: features, run: run, stopRequest: request)
    }

    private func bits(_ weights: ModelWeights) throws -> [String: [UInt32]] {
        try Dictionary(uniqueKeysWithValues: weights.names.map { ($0, try weights.values(of: $0).map(\.bitPattern)) })
    }

    private func train(
        _ options: TrainingOptions, _ backend: any Backend, features: FeatureCache = .memory
    ) throws -> [String: [UInt32]] {
        let trainer = try trainer(options, backend, features: features)
        #expect(try trainer.train())
        return try bits(trainer.model().weights)
    }

    private func filesOfCache() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder("features"))) ?? []).sorted()
            .filter { $0.contains("-") }
    }

    @Test("a sampler gives the same bits whether features are kept or computed anew")
    func sampler() throws {
        var options = options(augmentation: .guide)
        options.balance = .sampler
        let backend = try CPUBackend()
        let kept = try train(options, backend)
        #expect(try train(options, backend, features: FeatureCache(folder: nil, memoryLimit: 0)) == kept)
        options.balance = nil
        #expect(try train(options, backend) != kept)
    }

    @Test("what is frozen keeps its weights and statistics to the bit, and all else is trained")
    func frozen() throws {
        let before = try bits(weights)
        for (freeze, trained) in [
            (TransferOptions.Freeze.all, ["head."]), (.lastStage, ["body.1.", "head."]),
            (.before(block: "body"), ["body.", "head."]), (.none, ["stem.", "body.", "head."]),
        ] {
            let after = try train(options(head: 1, tune: freeze == .all ? 0 : 2, freeze), CPUBackend())
            for (name, values) in after {
                let isTrained = trained.contains { name.hasPrefix($0) }
                #expect((values != before[name]) == isTrained, "\(freeze): \(name)")
            }
        }
    }

    @Test("a frozen layer is in no training graph, and no gradient is computed for what it gives")
    func graphCut() throws {
        let cut = try Self.network.firstLayer(ofBlock: "body.1")
        let graphs = try TrainingGraphs(
            Self.network, from: cut, loss: SoftmaxCrossEntropy(), optimizer: OptimizerOptions(), backend: CPUBackend())
        #expect(graphs.training.inputs.keys.sorted() == ["features", "targets"])
        #expect(graphs.training.nodes.allSatisfy { !$0.layer.hasPrefix("stem") && !$0.layer.hasPrefix("body.0") })
        #expect(graphs.training.nodes.contains { $0.operation is ConvolutionFilterGradient })
        #expect(!graphs.training.nodes.contains { $0.operation is ConvolutionInputGradient })
    }

    @Test("rates fall from the head by the layer decay")
    func layerDecay() throws {
        let stage = try Self.network.rateFactors(from: 0, decay: 0.5)
        let graphs = try TrainingGraphs(
            Self.network, loss: SoftmaxCrossEntropy(), optimizer: OptimizerOptions(.sgd), rateFactors: stage,
            fusingWhere: { _, _, _ in false })
        let factors = graphs.training.nodes.compactMap { node in
            (node.operation as? SGDUpdate).map { (node.layer, $0.rateFactor) }
        }
        #expect(Dictionary(uniqueKeysWithValues: factors) == stage && factors.count == 10)
        #expect(Set(factors.map(\.1)) == [1, 0.5, 0.25, 0.125, 0.0625])
    }

    @Test("the bits are the same on any number of threads, from memory, from the disk, and computed in every epoch")
    func sameBits() throws {
        for augmentation in [Augmentation.none, .guide] {
            let options = options(augmentation: augmentation)
            let whole = try train(options, CPUBackend(threads: 1))
            #expect(try train(options, CPUBackend(threads: 3)) == whole)
            let streaming = FeatureCache(folder: nil, memoryLimit: 0)
            #expect(try train(options, CPUBackend(threads: 2), features: streaming) == whole)
            let disk = FeatureCache(folder: folder("features"))
            #expect(try train(options, CPUBackend(threads: 2), features: disk) == whole)
            let files = filesOfCache()
            #expect(!files.isEmpty)
            #expect(try train(options, CPUBackend(threads: 2), features: disk) == whole)
            #expect(filesOfCache() == files)
        }
    }

    @Test("a damaged file of features is left out and made again")
    func damagedCache() throws {
        let disk = FeatureCache(folder: folder("features"))
        let whole = try train(options(), CPUBackend(), features: disk)
        let files = filesOfCache()
        for (index, name) in files.enumerated() {
            let path = folder("features/" + name)
            var content = try Data(contentsOf: URL(fileURLWithPath: path))
            // A bit of a feature, half of the file, no file at all.
            if index == 0 {
                content[content.count / 2] ^= 1
            } else {
                content = content.prefix(index == 1 ? content.count / 2 : 0)
            }
            try content.write(to: URL(fileURLWithPath: path))
        }
        #expect(try train(options(), CPUBackend(), features: disk) == whole)
        #expect(filesOfCache() == files)
        // A place where nothing can be kept is no reason to fail.
        let nowhere = FeatureCache(folder: "/dev/null/features")
        #expect(try train(options(), CPUBackend(), features: nowhere) == whole)
    }

    @Test("features of other weights are others, and a full cache loses the oldest first")
    func cacheLimit() throws {
        var disk = FeatureCache(folder: folder("features"))
        let options = options(tune: 0, .all)
        try FileManager.default.createDirectory(atPath: folder("features"), withIntermediateDirectories: true)
        // Not of this cache, and older than all that is.
        let others = ["notes.txt", "weights.safetensors", "0123456789abcdef.safetensors"].map {
            folder("features/" + $0)
        }
        for path in others { try Data(count: 1000).write(to: URL(fileURLWithPath: path)) }
        defer { for path in others { #expect(FileManager.default.fileExists(atPath: path)) } }
        _ = try train(options, CPUBackend(), features: disk)
        let first = filesOfCache()
        let size = try first.map { try Data(contentsOf: URL(fileURLWithPath: folder("features/" + $0))).count }
        disk.byteLimit = size.reduce(0, +) + 100
        let other = ModelWeights(initialOf: try Self.network.inferenceGraph(), seed: 6)
        let trainer = try Trainer(
            Self.network, dataset: dataset, split: split, cache: cache, backend: CPUBackend(), options: options,
            weights: other, features: disk)
        #expect(try trainer.train())
        let second = filesOfCache()
        #expect(second.count == first.count && Set(second).isDisjoint(with: first))
        disk.byteLimit = 10
        _ = try train(options, CPUBackend(), features: disk)
        #expect(Set(filesOfCache()).isSubset(of: second))
    }

    @Test(
        "a run stopped anywhere in either stage and resumed ends with the same bits", arguments: [1, 6, 10, 11, 13, 19])
    func resume(stopAfter steps: Int) throws {
        let options = options(augmentation: .guide)
        let backend = try CPUBackend()
        let whole = try train(options, backend)
        let description = RunDescription(
            version: ocellusVersion, date: "", dataset: dataset, split: split, network: Self.network,
            preprocessing: cache.preprocessing, options: options, requestedDevice: "cpu", device: backend.device)
        do {
            let run = try RunFolder.create(
                folder("run"), description: description, split: split, dataset: dataset, weights: weights)
            let request = StopRequest()
            let trainer = try trainer(options, backend, run: run, request)
            #expect(try trainer.train(callbacks: [StopAfter(steps: steps, request)]) == false)
            #expect(trainer.progress.step == steps)
        }
        let run = try RunFolder(folder("run"))
        let trainer = try trainer(options, backend, run: run)
        #expect(trainer.progress.step == steps && trainer.progress.stage == (steps < 10 ? 0 : 1))
        #expect(try trainer.train())
        #expect(try bits(Model(contentsOf: run.modelPath).weights) == whole)
    }

    @Test("on OpenCL, wherever there is a device, features and training do what they do on the CPU")
    func openCL() throws {
        let options = options()
        let expected = try trainer(options, CPUBackend())
        _ = try expected.train()
        for device in OpenCLDevices.find().devices where !device.description.detail.contains("Oclgrind") {
            let actual = try trainer(options, OpenCLBackend(device))
            _ = try actual.train()
            for (found, wanted) in zip(actual.progress.history, expected.progress.history) {
                #expect(abs(found.loss - wanted.loss) < 1e-4 * max(1, wanted.loss), "\(device.description.name)")
            }
        }
    }

    @Test("options that leave nothing to train, or name no block, are errors that say so")
    func errors() throws {
        let cases: [(TrainingOptions, String)] = [
            (options(head: 0, tune: 0, .all), "nothing is trained"),
            (options(.before(block: "body.7")), "stem.conv, stem.norm, body.0, body.1"),
            (options(.before(block: "body.0.convolution_1")), "within the block 'body.0'"),
        ]
        for (options, words) in cases {
            #expect {
                _ = try trainer(options, CPUBackend())
            } throws: { error in
                "\(error)".contains(words)
            }
        }
        #expect {
            _ = try Trainer(
                Self.network, dataset: dataset, split: split, cache: cache, backend: CPUBackend(), options: options())
        } throws: { error in
            "\(error)".contains("no weights")
        }
    }

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
}
