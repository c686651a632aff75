import OcellusGraph

/// A part of a network that turns one value into another: it makes its parameters and appends its operations.
///
/// A layer is data: it is written into a model's `model.json` and read back, so an own kind of layer is `Codable` and made
/// known by `LayerRegistry.register`.
public protocol Layer: Sendable, Codable {
    /// The kind's name in model files: `convolution`.
    static var kind: String { get }

    /// Its name in the network, the prefix of its parameters' names; nil for one made of the kind and a number.
    var name: String? { get }

    /// Appends the layer to the graph, as training or as inference wants it.
    /// - Returns: what the layer gives.
    /// - Throws: `GraphError` naming the layer when `input` does not fit.
    func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID
}

/// The graph of a network while it is being made.
public struct NetworkBuilder {
    /// The graph so far.
    public var graph: Graph
    /// Whether layers behave as in training (batch statistics, dropout) or as in inference.
    public let isTraining: Bool

    private var scope: [String] = []
    private var numbers: [String: Int] = [:]
    private var dropoutLayers = 0

    /// An empty graph for training or for inference.
    public init(isTraining: Bool) {
        graph = Graph()
        self.isTraining = isTraining
    }

    /// The full name of the layer that is being built: `layer1.0.conv1`.
    public var layerName: String { scope.joined(separator: ".") }

    /// The shape of one sample of a value.
    public func shape(of value: ValueID) -> Shape { graph[value].description.shape }

    /// Appends a layer under its own name.
    public mutating func append(_ layer: any Layer, on input: ValueID) throws -> ValueID {
        let kind = type(of: layer).kind
        let name = layer.name ?? numbered(kind)
        scope.append(name)
        defer { scope.removeLast() }
        return try layer.build(on: input, in: &self)
    }

    /// Appends layers one after the other.
    public mutating func append(_ layers: [any Layer], on input: ValueID) throws -> ValueID {
        try layers.reduce(input) { try append($1, on: $0) }
    }

    /// Adds a parameter of the layer that is being built: `conv1.weight`.
    public mutating func parameter(_ name: String, _ shape: Shape, _ initializer: Initializer) throws -> ValueID {
        try graph.parameter(layerName + "." + name, shape, initializer)
    }

    /// Adds a state of the layer that is being built: `bn1.running_mean`.
    public mutating func state(_ name: String, _ shape: Shape, _ initializer: Initializer) throws -> ValueID {
        try graph.state(layerName + "." + name, shape, initializer)
    }

    /// Appends an operation of the layer that is being built.
    public mutating func append(_ operation: any Operation, _ inputs: [ValueID]) throws -> [ValueID] {
        try graph.append(operation, inputs, layer: layerName)
    }

    /// A number for a dropout layer, so that no two share their random numbers.
    public mutating func nextDropoutLayer() -> Int {
        dropoutLayers += 1
        return dropoutLayers
    }

    private mutating func numbered(_ kind: String) -> String {
        let key = (scope + [kind]).joined(separator: ".")
        numbers[key, default: 0] += 1
        return "\(kind)_\(numbers[key, default: 1])"
    }
}
