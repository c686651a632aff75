import OcellusGraph
import OcellusNetworks
import OcellusTraining

/// Graphs that together have every operation of training and of inference, in the shapes that make kernels take each of
/// their ways: odd sizes, channels that fill vectors and tiles and such that do not.
enum CheckedGraphs {
    /// A graph and its inputs.
    struct Entry {
        let graph: Graph
        let inputs: [String: [Float]]
        let isInference: Bool
    }

    /// How many samples they are run on.
    static let count = 3

    /// The graphs, fused as far as `isSupported` says, with the check of gradients, and unfused with all that acts on their sums and on new
    /// weights.
    static func all(
        where isSupported: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) throws -> [Entry] {
        var random = PhiloxSequence(seed: 2, purpose: .rendering)
        let recipes: [(Network, fused: OptimizerOptions, unfused: OptimizerOptions)] = [
            (plain, OptimizerOptions(.sgd, momentum: 0.9), OptimizerOptions(.rmsprop, momentum: 0.9, epsilon: 1e-3)),
            (modern, OptimizerOptions(.adam), OptimizerOptions(.lamb, epsilon: 1e-3)),
            (wide, OptimizerOptions(.adamW), OptimizerOptions(.rmspropTF)),
        ]
        var entries: [Entry] = []
        for (network, fused, unfused) in recipes {
            let classes = try network.classCount()
            let inputs = [
                "images": (0..<count * network.input.count).map { _ in random.nextUniform(in: -1...1) },
                "targets": (0..<count).flatMap { sample in
                    (0..<classes).map { $0 == sample % classes ? Float(1) : 0 }
                },
            ]
            for isFused in [true, false] {
                let graphs = try TrainingGraphs(
                    network, loss: SoftmaxCrossEntropy(labelSmoothing: 0.1), optimizer: isFused ? fused : unfused,
                    checksGradients: isFused,
                    clipping: isFused ? GradientClipping() : GradientClipping(norm: 0.1, value: 0.5),
                    average: isFused ? nil : WeightAverage(decay: 0.9, warmsUp: false),
                    fusingWhere: { isFused && isSupported($0, $1, $2) })
                entries.append(Entry(graph: graphs.training, inputs: inputs, isInference: false))
                entries.append(Entry(graph: graphs.evaluation, inputs: inputs, isInference: true))
            }
            var inference = try network.inferenceGraph()
            inference.fuse(where: isSupported)
            entries.append(Entry(graph: inference, inputs: inputs, isInference: true))
        }
        entries.append(try products(&random))
        entries.append(try updates())
        entries += try [PictureWarp.Outside.nearest, .constant(90), .reflect, .wrap].map { try pictures($0, &random) }
        return entries
    }

    /// The operations of first tutorials and of residual networks.
    private static let plain = Network(name: "plain", input: [33, 30, 3]) {
        ConvolutionLayer(8, 3, activation: .relu)
        MaxPoolingLayer(2)
        ConvolutionLayer(12, 3, stride: 2, padding: .same, hasBias: false)
        BatchNormalizationLayer(activation: .relu)
        ResidualLayer(activation: .relu) {
            DepthwiseConvolutionLayer(3, padding: .same)
            ConvolutionLayer(12, 1)
        }
        MaxPoolingLayer(3, stride: 1, padding: .same)
        ConcatenateLayer([[AveragePoolingLayer(3, stride: 1, padding: .same)], [ConvolutionLayer(4, 1)]])
        FlattenLayer()
        DropoutLayer(0.25)
        DenseLayer(10, activation: .relu)
        DenseLayer(3)
    }

    /// Those of MobileNetV3, EfficientNet and ConvNeXt.
    private static let modern = Network(name: "modern", input: [38, 37, 3]) {
        ConvolutionLayer(16, 4, stride: 2)
        LayerNormalizationLayer()
        ResidualLayer {
            DepthwiseConvolutionLayer(7, padding: .same)
            LayerNormalizationLayer()
            ConvolutionLayer(40, 1, activation: .gelu)
            ConvolutionLayer(16, 1)
            ChannelScaleLayer(initial: 0.5)
            StochasticDepthLayer(0.3)
        }
        ConvolutionLayer(24, 3, padding: .same, groups: 4, hasBias: false)
        BatchNormalizationLayer(activation: .hardSwish)
        SqueezeExcitationLayer(8, activation: .silu, gate: .sigmoid)
        DepthwiseConvolutionLayer(5, stride: 2, padding: .same, activation: .relu6)
        SqueezeExcitationLayer(6, activation: .relu, gate: .hardSigmoid)
        ConvolutionLayer(32, 1, hasBias: false)
        BatchNormalizationLayer(activation: .silu)
        GlobalAveragePoolingLayer()
        DenseLayer(5)
    }

    /// Convolutions that are large enough for tiles and chunks to be full.
    private static let wide = Network(name: "wide", input: [20, 20, 16]) {
        ConvolutionLayer(64, 3, padding: .same, activation: .relu)
        // Without padding, as the gradients of pooled convolutions want it.
        ConvolutionLayer(64, 3, activation: .relu)
        MaxPoolingLayer(2)
        ConvolutionLayer(96, 1, activation: .relu)
        ConvolutionLayer(48, 3, stride: 2, padding: .same, activation: .relu6)
        FlattenLayer()
        DenseLayer(70, activation: .relu)
        DenseLayer(4)
    }

    /// Pictures that are turned, moved and mirrored on the device.
    private static func pictures(_ outside: PictureWarp.Outside, _ random: inout PhiloxSequence) throws -> Entry {
        var graph = Graph()
        graph.output("images", try graph.input("images", [21, 18, 3]))
        try graph.preparePictures(
            by: PictureWarp(
                outside: outside, scale: [0.02, 0.017, 0.018], offset: [-2, -1.9, -1.7], isReversed: outside == .wrap))
        let changes = [
            PictureWarp.Change(x: 17, xPerColumn: -1),
            PictureWarp.Change(x: -2.3, y: 3.1, xPerColumn: 0.9, yPerColumn: 0.3, xPerRow: -0.3, yPerRow: 1.2),
            PictureWarp.Change(x: 5, y: -6, erasedLeft: 3, erasedTop: 4, erasedWidth: 9, erasedHeight: 5),
        ]
        let samples = (0..<count * 21 * 18 * 3).map { _ in random.nextUniform(in: 0...255).rounded() }
        return Entry(
            graph: graph,
            inputs: [
                Graph.pictureInputs.pictures: samples, Graph.pictureInputs.changes: changes.flatMap(\.numbers),
            ], isInference: false)
    }

    /// What no network has: a plain matrix product, and a normalisation that nothing before it can take on, with its gradient.
    private static func products(_ random: inout PhiloxSequence) throws -> Entry {
        var graph = Graph()
        let (left, right) = (try graph.input("left", [37, 50]), try graph.input("right", [50, 41]))
        let product = try graph.append(MatrixMultiplication(), [left, right], layer: "product")[0]
        var normalization = [try graph.input("pictures", [9, 8, 5])]
        for name in ["weight", "bias"] { normalization.append(try graph.parameter(name, [5], .constant(0.5))) }
        for name in ["mean", "variance"] { normalization.append(try graph.state(name, [5], .constant(0.7))) }
        let normalized = try graph.append(BatchNormalizationInference(), normalization, layer: "normalization")[0]
        let gradient = try graph.append(
            BatchNormalizationInferenceGradient(), [0, 1, 4].map { normalization[$0] }, layer: "gradient")[0]
        graph.output("product", product)
        graph.output("normalized", normalized)
        graph.output("gradient", gradient)
        let inputs = graph.inputs.mapValues { graph[$0].description.count(samples: count) }
        return Entry(
            graph: graph, inputs: inputs.mapValues { (0..<$0).map { _ in random.nextUniform(in: -1...1) } },
            isInference: true)
    }

    /// Updates of one parameter, which networks have joined with those of others.
    private static func updates() throws -> Entry {
        var graph = Graph()
        let updates: [any ElementwiseUpdate] = [
            GradientUnscaling(), SGDUpdate(momentum: 0.9), AdamUpdate(epsilon: 1e-3),
        ]
        for update in updates {
            let inputs = try (0..<update.inputCount).map { index in
                try graph.state("\(update.name) \(index)", [37, 5], .constant(0.9 - 0.2 * Float(index)))
            }
            try graph.append(update, inputs, layer: update.name, phase: .update)
        }
        return Entry(graph: graph, inputs: [:], isInference: false)
    }
}
