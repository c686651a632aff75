import OcellusGraph

/// A residual block (He et al., CVPR 2016): what its layers give plus its input, or plus what the shortcut makes of it,
/// then an activation.
public struct ResidualLayer: Layer {
    public static let kind = "residual"
    public let name: String?
    /// The block's layers.
    public let layers: [any Layer]
    /// What makes the input fit; none when it fits as it is.
    public let shortcut: [any Layer]
    /// What is applied to the sum.
    public let activation: ActivationFunction

    /// A residual block.
    public init(
        activation: ActivationFunction = .identity, name: String? = nil, @LayerListBuilder _ layers: () -> [any Layer],
        @LayerListBuilder shortcut: () -> [any Layer] = { [] }
    ) {
        self.name = name
        self.layers = layers()
        self.shortcut = shortcut()
        self.activation = activation
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let main = try builder.append(layers, on: input)
        let side = try builder.append(shortcut, on: input)
        let sum = try builder.append(Add(), [main, side])
        return try activation == .identity ? sum[0] : builder.append(Activation(activation), sum)[0]
    }

    private enum Key: String, CodingKey, CaseIterable { case name, layers, shortcut, activation }

    public static var settingNames: [String]? { Key.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        layers = try container.decode(LayerList.self, forKey: .layers).layers
        shortcut = try container.decodeIfPresent(LayerList.self, forKey: .shortcut)?.layers ?? []
        activation = try container.choice(.activation, default: .identity)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(LayerList(layers), forKey: .layers)
        try container.encode(LayerList(shortcut), forKey: .shortcut)
        try container.encode(activation, forKey: .activation)
    }
}

/// Branches on one input, their outputs side by side along the channels, as in SqueezeNet's fire module; or, without
/// branches, its inputs side by side.
public struct ConcatenateLayer: JoiningLayer {
    public static let kind = "concatenate"
    public let name: String?
    /// The layers of each branch; none when it joins what other layers give.
    public let branches: [[any Layer]]

    /// Branches whose outputs are concatenated.
    public init(_ branches: [[any Layer]] = [], name: String? = nil) {
        self.name = name
        self.branches = branches
    }

    public func build(on inputs: [ValueID], in builder: inout NetworkBuilder) throws -> ValueID {
        if branches.isEmpty { return try builder.append(Concatenate(), inputs)[0] }
        guard inputs.count == 1 else {
            throw GraphError(
                "layer '\(builder.layerName)' (concatenate): its branches take one input, not \(inputs.count)")
        }
        return try builder.append(Concatenate(), branches.map { try builder.append($0, on: inputs[0]) })[0]
    }

    private enum Key: String, CodingKey, CaseIterable { case name, branches }

    public static var settingNames: [String]? { Key.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        branches = try container.decodeIfPresent([LayerList].self, forKey: .branches)?.map(\.layers) ?? []
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(name, forKey: .name)
        if !branches.isEmpty { try container.encode(branches.map(LayerList.init), forKey: .branches) }
    }
}
