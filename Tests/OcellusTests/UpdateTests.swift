import Ocellus
import Testing

/// What acts between gradients and weights, and on weights.
@Suite("Updates", .serialized)
struct UpdateTests {
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

    private let network = Network(input: [32, 32, 3]) {
        ConvolutionLayer(8, 3, stride: 2, hasBias: false)
        BatchNormalizationLayer(activation: .relu)
        FlattenLayer()
        DenseLayer(3)
    }

    private func graphs(
        _ optimizer: OptimizerOptions, clipping: GradientClipping = GradientClipping(), average: WeightAverage? = nil
    ) throws -> TrainingGraphs {
        try TrainingGraphs(
            network, loss: SoftmaxCrossEntropy(), optimizer: optimizer, clipping: clipping, average: average,
            backend: CPUBackend())
    }

    private func trained(_ options: TrainingOptions, _ network: Network? = nil) throws -> Trainer {
        let trainer = try Trainer(
            network ?? self.network, dataset: dataset, split: split, cache: cache, backend: CPUBackend(),
            options: options)
        #expect(try trainer.train())
        return trainer
    }

    @Test("weight decay spares biases and normalisation, unless it is said otherwise", arguments: [false, true])
    func decay(decaysAll: Bool) throws {
        let graph = try graphs(OptimizerOptions(.adamW, weightDecay: 0.1, decaysAll: decaysAll), average: nil).training
        var decays: [Int: Set<Float>] = [:]
        for node in graph.nodes {
            let (update, weights): ((any ElementwiseUpdate)?, [ValueID]) =
                switch node.operation {
                case let joined as DenseWeightUpdate: (joined.update, [node.inputs[2]])
                case let joined as JoinedUpdates: (joined.update, joined.parts(of: node.inputs).map { $0[0] })
                default: (node.operation as? AdamUpdate, [node.inputs[0]])
                }
            guard let update = update as? AdamUpdate else { continue }
            for weight in weights {
                decays[graph[weight].description.shape.rank, default: []].insert(update.weightDecay)
            }
        }
        #expect(decays == [4: [0.1], 2: [0.1], 1: [decaysAll ? 0.1 : 0]])
    }

    @Test("clipping keeps the update apart from the dense weight's gradient, which is joined with it otherwise")
    func fusion() throws {
        func isJoined(_ clipping: GradientClipping) throws -> Bool {
            try graphs(OptimizerOptions(), clipping: clipping).training.nodes.contains {
                $0.operation is DenseWeightUpdate
            }
        }
        #expect(try isJoined(GradientClipping()))
        #expect(try !isJoined(GradientClipping(norm: 1)) && !isJoined(GradientClipping(value: 1)))
    }

    @Test("gradients that are clipped to next to nothing change next to nothing")
    func clipping() throws {
        func change(_ clipping: GradientClipping) throws -> Float {
            let options = TrainingOptions(
                epochs: 1, batchSize: 10, optimizer: OptimizerOptions(.sgd, learningRate: 1), clipping: clipping,
                seed: 9)
            let weights = try trained(options).currentModel().weights.values(of: "dense_1.weight")
            let initial = ModelWeights(initialOf: try network.inferenceGraph(), seed: 9)
            return zip(weights, try initial.values(of: "dense_1.weight")).map { abs($0 - $1) }.max() ?? 0
        }
        #expect(try change(GradientClipping(norm: 1e-4)) < 1e-3)
        #expect(try change(GradientClipping(value: 1e-5)) < 1e-3)
        #expect(try change(GradientClipping()) > 1e-2)
    }

    @Test("an average of the weights is what is evaluated, and what the model has", arguments: [true, false])
    func average(warmsUp: Bool) throws {
        var options = TrainingOptions(
            epochs: 2, batchSize: 10, average: WeightAverage(decay: 0.8, warmsUp: warmsUp), seed: 9)
        let averaged = try trained(options)
        let evaluated = try Evaluator.evaluate(
            averaged.currentModel(), on: dataset, indices: split.indices(of: .validation), cache: cache,
            backend: CPUBackend())
        let last = try #require(averaged.progress.history.last)
        #expect(abs(evaluated.loss - last.validationLoss) < 1e-5 * last.validationLoss)
        options.average = nil
        let plain = try trained(options)
        // The same steps were taken.
        #expect(plain.progress.history.last?.loss == last.loss)
        #expect(plain.progress.history.last?.validationLoss != last.validationLoss)
    }

    @Test("accumulated batches make the step of one large batch, within rounding")
    func accumulation() throws {
        let network = Network(input: [32, 32, 3]) {
            ConvolutionLayer(8, 3, stride: 2, activation: .relu)
            DropoutLayer(0.2)
            FlattenLayer()
            DenseLayer(3)
        }
        let whole = try trained(TrainingOptions(epochs: 2, batchSize: 12, seed: 9), network)
        let parts = try trained(TrainingOptions(epochs: 2, batchSize: 4, accumulation: 3, seed: 9), network)
        #expect(whole.progress.step == parts.progress.step)
        for (expected, found) in zip(whole.progress.history, parts.progress.history) {
            #expect(abs(expected.loss - found.loss) < 1e-4)
            #expect(abs(expected.validationLoss - found.validationLoss) < 1e-4)
        }
    }

    @Test("stochastic depth has torchvision's rates, and is nothing in inference")
    func stochasticDepth() throws {
        func rates(_ network: Network, isTraining: Bool = true) throws -> [Float] {
            try network.build(isTraining: isTraining).builder.graph.nodes.compactMap {
                ($0.operation as? StochasticDepth)?.rate
            }
        }
        let efficient = try rates(.efficientNetB0(height: 32, width: 32))
        // Blocks 2, 4, 6, 7, 9, 10, 12, 13 and 14 of 16 have a residual.
        let blocks: [Float] = [2, 4, 6, 7, 9, 10, 12, 13, 14]
        #expect(zip(efficient, blocks).allSatisfy { abs($0 - 0.2 * $1 / 16) < 1e-6 } && efficient.count == 9)
        let convNeXt = try rates(.convNeXtTiny(height: 32, width: 32))
        #expect(convNeXt.count == 17 && abs((convNeXt.last ?? 0) - 0.1) < 1e-6)
        #expect(abs((convNeXt.first ?? 0) - 0.1 / 17) < 1e-6)
        #expect(try rates(.efficientNetB0(height: 32, width: 32), isTraining: false).isEmpty)
    }
}
