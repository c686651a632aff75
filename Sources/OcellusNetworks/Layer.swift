import OcellusGraph

/// A part of a network that turns one value into another: it makes its parameters and appends its operations.
///
/// A layer is data: it is written into a model's `model.json` and read back, so an own kind of layer is `Codable` and made
/// known by `LayerRegistry.register`. One that takes several inputs is a `JoiningLayer`.
public protocol Layer: Sendable, Codable {
    /// The kind's name in model files: `convolution`.
    static var kind: String { get }

    /// The settings that a file may give; nil where they are not checked.
    static var settingNames: [String]? { get }

    /// Its name in the network, the prefix of its parameters' names; nil for one made of the kind and a number.
    var name: String? { get }

    /// Appends the layer to the graph, as training or as inference wants it.
    /// - Returns: what the layer gives.
    /// - Throws: `GraphError` naming the layer when `input` does not fit.
    func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID
}

extension Layer {
    /// Nil.
    public static var settingNames: [String]? { nil }
}

/// A layer of several inputs, as where branches meet. `connected(to:)` says whose results they are.
public protocol JoiningLayer: Layer {
    /// Appends the layer to the graph.
    /// - Returns: what the layer gives.
    /// - Throws: `GraphError` naming the layer when `inputs` do not fit it or each other.
    func build(on inputs: [ValueID], in builder: inout NetworkBuilder) throws -> ValueID
}

extension JoiningLayer {
    /// Builds it on one input.
    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try build(on: [input], in: &builder)
    }
}

/// The graph of a network while it is being made.
public struct NetworkBuilder {
    /// The graph so far.
    public var graph: Graph
    /// Whether layers behave as in training (batch statistics, dropout) or as in inference.
    public let isTraining: Bool
    /// Whether operations keep what their gradients need.
    public let keepsGradients: Bool

    private var scope: [String] = []
    private var numbers: [String: Int] = [:]
    private var dropoutLayers = 0
    /// What the layers so far give, by their full names.
    private var results: [String: ValueID] = [:]

    /// An empty graph for training or for inference.
    /// - Parameter keepsGradients: whether it is to be differentiated; nil for that of training alone.
    public init(isTraining: Bool, keepsGradients: Bool? = nil) {
        graph = Graph()
        self.isTraining = isTraining
        self.keepsGradients = keepsGradients ?? isTraining
    }

    /// The full name of the layer that is being built: `layer1.0.conv1`.
    public var layerName: String { scope.joined(separator: ".") }

    /// The shape of one sample of a value.
    public func shape(of value: ValueID) -> Shape { graph[value].description.shape }

    /// Appends a layer under its own name.
    public mutating func append(_ layer: any Layer, on input: ValueID) throws -> ValueID {
        let name = layer.name ?? numbered(layer.kindName)
        scope.append(name)
        defer { scope.removeLast() }
        let result = try layer.build(on: input, in: &self)
        guard results.updateValue(result, forKey: layerName) == nil else {
            throw GraphError("two layers are named '\(layerName)'")
        }
        return result
    }

    /// Appends layers one after the other.
    public mutating func append(_ layers: [any Layer], on input: ValueID) throws -> ValueID {
        try layers.reduce(input) { try append($1, on: $0) }
    }

    /// What a layer before the one that is being built gives, by its name: that of a layer of the same block, or of one
    /// around it. The network's own input is `input`.
    /// - Throws: `GraphError` when there is none.
    public func result(of name: String) throws -> ValueID {
        for depth in scope.indices.reversed() {
            if let result = results[(scope[..<depth] + [name]).joined(separator: ".")] { return result }
        }
        if name == Self.inputName, let images = graph.inputs["images"] { return images }
        throw GraphError(
            "layer '\(layerName)': its input '\(name)' is not the name of a layer before it, nor '\(Self.inputName)'")
    }

    private static let inputName = "input"

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

    /// What the next layer would be called if it were this one.
    func name(ofNext layer: any Layer) -> String {
        var copy = self
        return layer.name ?? copy.numbered(layer.kindName)
    }

    /// A builder of an empty graph whose layers get the names and numbers that they would get here.
    func continued(isTraining: Bool) -> NetworkBuilder {
        var builder = NetworkBuilder(isTraining: isTraining)
        builder.numbers = numbers
        builder.dropoutLayers = dropoutLayers
        return builder
    }

    private mutating func numbered(_ kind: String) -> String {
        let key = (scope + [kind]).joined(separator: ".")
        numbers[key, default: 0] += 1
        return "\(kind)_\(numbers[key, default: 1])"
    }
}
