import OcellusGraph

/// What a network is made of, layer by layer, as it predicts.
public struct NetworkSummary: Sendable, Encodable {
    /// One layer.
    public struct Layer: Sendable, Encodable {
        /// Its name, the prefix of its parameters' names.
        public let name: String
        /// What it does: `convolution 3×3/2, relu`, say.
        public let operations: String
        /// The shape of what it gives for one picture.
        public let output: Shape
        /// Weights and biases.
        public let parameters: Int
        /// Floating-point operations for one picture; a multiply-add counts two.
        public let flops: Int
    }

    /// The network's name.
    public let name: String
    /// The shape of one picture.
    public let input: Shape
    /// The layers in the order in which they run.
    public let layers: [Layer]
    /// All weights and biases.
    public let parameters: Int
    /// Floating-point operations for one picture.
    public let flops: Int

    /// Summarises a network.
    /// - Throws: `GraphError` naming the layer that does not fit.
    public init(_ network: Network) throws {
        let graph = try network.inferenceGraph()
        var counted = Set<ValueID>()
        var layers: [Layer] = []
        for node in graph.nodes {
            let (inputs, outputs) = graph.descriptions(of: node)
            let parameters = node.inputs.filter { id in
                if case .parameter = graph[id].kind { counted.insert(id).inserted } else { false }
            }.reduce(0) { $0 + graph[$1].description.shape.count }
            let flops = node.operation.cost(inputs: inputs, outputs: outputs, samples: 1).flops
            let isSameLayer = layers.last?.name == node.layer
            let last = isSameLayer ? layers.removeLast() : nil
            layers.append(
                Layer(
                    name: node.layer,
                    operations: ((last.map { [$0.operations] } ?? []) + [node.operation.summary]).joined(
                        separator: ", "),
                    output: outputs[0].shape, parameters: (last?.parameters ?? 0) + parameters,
                    flops: (last?.flops ?? 0) + flops))
        }
        name = network.name
        input = network.input
        self.layers = layers
        parameters = layers.reduce(0) { $0 + $1.parameters }
        flops = layers.reduce(0) { $0 + $1.flops }
    }
}

extension Operation {
    /// A few words.
    fileprivate var summary: String {
        switch self {
        case let convolution as Convolution:
            (convolution.groups > 1 ? "grouped convolution " : "convolution ") + convolution.window.summary
        case let pooling as MaxPooling: "max-pooling " + pooling.window.summary
        case let pooling as AveragePooling: "average pooling " + pooling.window.summary
        case is GlobalAveragePooling: "global average pooling"
        case is BatchNormalizationInference: "batch normalization"
        case let activation as Activation: activation.function.rawValue
        default: name
        }
    }
}

extension Window {
    /// As `3×3/2` for stride 2.
    fileprivate var summary: String {
        let stride = max(strideHeight, strideWidth)
        return "\(height)×\(width)" + (stride > 1 ? "/\(stride)" : "")
    }
}
