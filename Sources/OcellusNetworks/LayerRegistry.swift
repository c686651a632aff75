import Synchronization

/// The kinds of layer that a model file may name.
public enum LayerRegistry {
    private static let kinds = Mutex<[String: any Layer.Type]>(
        Dictionary(
            uniqueKeysWithValues: (builtIn as [any Layer.Type]).map { ($0.kind, $0) }))

    private static let builtIn: [any Layer.Type] = [
        ConvolutionLayer.self, DepthwiseConvolutionLayer.self, DenseLayer.self, MaxPoolingLayer.self,
        AveragePoolingLayer.self, GlobalAveragePoolingLayer.self, BatchNormalizationLayer.self, DropoutLayer.self,
        StochasticDepthLayer.self,
        ActivationLayer.self, FlattenLayer.self, ResidualLayer.self, ConcatenateLayer.self,
        SqueezeExcitationLayer.self, LayerNormalizationLayer.self, ChannelScaleLayer.self, AddLayer.self,
        MultiplyLayer.self, ReshapeLayer.self,
    ]

    /// Makes an own kind of layer known, so that models that have it can be loaded.
    public static func register(_ type: any Layer.Type) {
        kinds.withLock { $0[type.kind] = type }
    }

    static func type(of kind: String) -> (any Layer.Type)? { kinds.withLock { $0[kind] } }

    static var names: [String] { kinds.withLock { $0.keys.sorted() } }
}

/// Layers as `[{"kind": "convolution", …}, …]`; one that takes other inputs than what is before it has their `inputs`.
struct LayerList: Codable {
    var layers: [any Layer]

    private enum Key: String, CodingKey, CaseIterable { case kind, inputs }

    init(_ layers: [any Layer]) { self.layers = layers }

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        layers = []
        while !list.isAtEnd {
            let element = try list.superDecoder()
            let container = try element.container(keyedBy: Key.self)
            let kind = try container.decode(String.self, forKey: .kind)
            guard let type = LayerRegistry.type(of: kind) else {
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: element.codingPath,
                        debugDescription: "there is no kind of layer '\(kind)'; there are "
                            + LayerRegistry.names.joined(separator: ", ")))
            }
            if let names = type.settingNames {
                try element.checkSettings(
                    names + Key.allCases.map(\.rawValue), of: "a layer of the kind '\(type.kind)'")
            }
            let layer = try type.init(from: element)
            let inputs = try container.decodeIfPresent([String].self, forKey: .inputs)
            layers.append(inputs.map { ConnectedLayer(layer, inputs: $0) } ?? layer)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for layer in layers {
            let element = list.superEncoder()
            var container = element.container(keyedBy: Key.self)
            try container.encode(layer.kindName, forKey: .kind)
            try container.encodeIfPresent((layer as? ConnectedLayer)?.inputs, forKey: .inputs)
            try layer.encode(to: element)
        }
    }
}
