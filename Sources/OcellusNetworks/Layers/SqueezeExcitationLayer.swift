import OcellusGraph

/// Squeeze-and-excitation (Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018): each channel times a number that two small
/// dense layers make of the means of all channels. Parameters: `fc1.weight`, `fc1.bias`, `fc2.weight`, `fc2.bias`.
public struct SqueezeExcitationLayer: Layer {
    public static let kind = "squeeze_excitation"
    public let name: String?
    /// Features between the two dense layers.
    public let squeezed: Int
    /// What is applied after the first.
    public let activation: ActivationFunction
    /// What is applied after the second, which makes the numbers.
    public let gate: ActivationFunction

    /// Squeeze-and-excitation.
    public init(
        _ squeezed: Int, activation: ActivationFunction = .relu, gate: ActivationFunction = .sigmoid,
        name: String? = nil
    ) {
        self.name = name
        self.squeezed = squeezed
        self.activation = activation
        self.gate = gate
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let shape = builder.shape(of: input)
        guard shape.rank == 3 else {
            throw GraphError(
                "layer '\(builder.layerName)' (squeeze-and-excitation): its input is \(shape); it wants [height, width, "
                    + "channels]")
        }
        let layers: [any Layer] = [
            GlobalAveragePoolingLayer(name: "avgpool"), DenseLayer(squeezed, activation: activation, name: "fc1"),
            DenseLayer(shape[2], activation: gate, name: "fc2"),
        ]
        let scale = try builder.append(layers, on: input)
        return try builder.append(ChannelScale(), [input, scale])[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, squeezed, activation, gate }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Int.self, forKey: .squeezed),
            activation: try container.choice(.activation, default: .relu),
            gate: try container.choice(.gate, default: .sigmoid),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
