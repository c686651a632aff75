import OcellusGraph

/// A network: what its input is, and its layers. Its last layer gives logits; softmax belongs to the loss in training and
/// is added for inference.
public struct Network: Sendable, Codable {
    /// What it is called, as in `--network simple`.
    public var name: String
    /// The shape of one sample: `[height, width, channels]`.
    public var input: Shape
    /// The layers in order.
    public var layers: [any Layer]

    /// A network of layers given one by one.
    public init(name: String = "custom", input: Shape, layers: [any Layer]) {
        self.name = name
        self.input = input
        self.layers = layers
    }

    /// A network of layers one after the other:
    /// ```swift
    /// Network(input: [64, 64, 3]) {
    ///     ConvolutionLayer(16, 3, activation: .relu)
    ///     MaxPoolingLayer(2)
    ///     FlattenLayer()
    ///     DenseLayer(classes.count)
    /// }
    /// ```
    public init(name: String = "custom", input: Shape, @LayerListBuilder _ layers: () -> [any Layer]) {
        self.init(name: name, input: input, layers: layers())
    }

    /// The network's graph up to the logits.
    ///
    /// - Parameters:
    ///   - isTraining: whether batch norm and dropout behave as in training.
    ///   - keepsGradients: whether the graph is to be differentiated; nil for that of training alone.
    /// - Returns: the builder that holds the graph, and the logits `[N, classes]`.
    /// - Throws: `GraphError` naming the first layer that does not fit what comes before it.
    public func build(
        isTraining: Bool, keepsGradients: Bool? = nil
    ) throws -> (builder: NetworkBuilder, logits: ValueID) {
        var builder = NetworkBuilder(isTraining: isTraining, keepsGradients: keepsGradients)
        let images = try builder.graph.input("images", input)
        let logits = try builder.append(layers, on: images)
        guard builder.shape(of: logits).rank == 1 else {
            throw GraphError(
                "the network ends in \(builder.graph[logits].description), but a classifier ends in one number a class"
                    + " ([N, classes]); end it with a dense layer")
        }
        return (builder, logits)
    }

    /// The graph that predicts: input `images`, output `probabilities` `[N, classes]`.
    public func inferenceGraph() throws -> Graph {
        var (builder, logits) = try build(isTraining: false)
        let probabilities = try builder.graph.append(Softmax(), [logits], layer: "softmax")
        builder.graph.output("probabilities", probabilities[0])
        return builder.graph
    }

    /// The number of classes that the network tells apart.
    public func classCount() throws -> Int {
        let (builder, logits) = try build(isTraining: false)
        return builder.shape(of: logits)[0]
    }

    private enum Key: String, CodingKey, CaseIterable { case name, input, layers }

    /// Reads `{"name": …, "input": [224, 224, 3], "layers": […]}`. The name may be left out, and the input where the decoder
    /// knows another.
    public init(from decoder: any Decoder) throws {
        try decoder.checkSettings(Key.allCases.map(\.rawValue), of: "a network")
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.value(.name, default: "custom")
        let known = decoder.userInfo[.inputShape] as? Shape
        input =
            try container.decodeIfPresent(Shape.self, forKey: .input) ?? known
            ?? container.decode(Shape.self, forKey: .input)
        layers = try container.decode(LayerList.self, forKey: .layers).layers
    }

    /// Writes `{"name": …, "input": [224, 224, 3], "layers": […]}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(input, forKey: .input)
        try container.encode(LayerList(layers), forKey: .layers)
    }
}

/// Collects layers written one below the other.
@resultBuilder
public enum LayerListBuilder {
    /// One layer.
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    /// Several layers, as a function of one's own gives them.
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    /// All of them.
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    /// `if` without `else`.
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    /// `if`.
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    /// `else`.
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
    /// `for`.
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
