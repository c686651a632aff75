import OcellusGraph

/// A layer that takes not what the layer before it gives, but the results of layers with names. In a model file it is the
/// layer itself, with its `inputs`.
public struct ConnectedLayer: Layer {
    public static let kind = "connected"
    public var name: String? { layer.name }
    /// The layer.
    public let layer: any Layer
    /// The names of the layers whose results it takes; `input` is the network's own.
    public let inputs: [String]

    /// A layer on inputs of its own.
    public init(_ layer: any Layer, inputs: [String]) {
        self.layer = layer
        self.inputs = inputs
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let values = try inputs.map { try builder.result(of: $0) }
        if let joining = layer as? any JoiningLayer { return try joining.build(on: values, in: &builder) }
        guard values.count == 1 else {
            throw GraphError(
                "layer '\(builder.layerName)' (\(layer.kindName)): it takes one input, not \(values.count)")
        }
        return try layer.build(on: values[0], in: &builder)
    }

    /// Never read as a kind of its own.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "a layer's inputs stand in the layer itself"))
    }

    /// Writes the layer; its list adds the inputs.
    public func encode(to encoder: any Encoder) throws { try layer.encode(to: encoder) }
}

extension Layer {
    /// The kind that a file names.
    var kindName: String { (self as? ConnectedLayer)?.layer.kindName ?? Self.kind }

    /// The layer with the results of the layers named as its inputs: `AddLayer().connected(to: "conv2", "input")`.
    public func connected(to inputs: String...) -> ConnectedLayer { ConnectedLayer(self, inputs: inputs) }
}
