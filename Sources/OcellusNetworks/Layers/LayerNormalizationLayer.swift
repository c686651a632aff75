import OcellusGraph

/// Layer normalisation over the channels of each place. Parameters: `weight` (γ) and `bias` (β), `[C]`.
public struct LayerNormalizationLayer: Layer {
    public static let kind = "layer_normalization"
    public let name: String?
    /// ε, added to the variance.
    public let epsilon: Float

    /// Layer normalisation.
    public init(epsilon: Float = 1e-6, name: String? = nil) {
        self.name = name
        self.epsilon = epsilon
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let shape = builder.shape(of: input)
        guard shape.rank >= 1 else {
            throw GraphError("layer '\(builder.layerName)' (layer normalization): its input has no channels")
        }
        let parameters = [
            try builder.parameter("weight", [shape[-1]], .ones), try builder.parameter("bias", [shape[-1]], .zeros),
        ]
        return try builder.append(LayerNormalization(epsilon: epsilon), [input] + parameters)[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, epsilon }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            epsilon: try container.value(.epsilon, default: 1e-6),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}

/// Each channel times a weight (Touvron et al., "Going deeper with Image Transformers", ICCV 2021). The parameter, `[C]`, has the
/// layer's own name.
public struct ChannelScaleLayer: Layer {
    public static let kind = "channel_scale"
    public let name: String?
    /// What the weights start at.
    public let initial: Float

    /// A weight a channel.
    public init(initial: Float = 1, name: String? = nil) {
        self.name = name
        self.initial = initial
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let shape = builder.shape(of: input)
        guard shape.rank >= 1 else {
            throw GraphError("layer '\(builder.layerName)' (channel scale): its input has no channels")
        }
        let scale = try builder.graph.parameter(builder.layerName, [shape[-1]], .constant(initial))
        return try builder.append(ChannelScale(), [input, scale])[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, initial }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            initial: try container.value(.initial, default: 1),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
