import OcellusGraph

/// A fully connected layer with bias and activation. Parameters: `weight` `[features, units]`, `bias`.
public struct DenseLayer: Layer {
    public static let kind = "dense"
    public let name: String?
    /// The number of output features.
    public let units: Int
    /// Whether each feature has a bias.
    public let hasBias: Bool
    /// What is applied at the end.
    public let activation: ActivationFunction
    /// How the weights start; nil for Keras' way, Glorot uniform.
    public let initialization: Initialization?

    /// A fully connected layer. Biases start at zero.
    public init(
        _ units: Int, hasBias: Bool = true, activation: ActivationFunction = .identity,
        initialization: Initialization? = nil, name: String? = nil
    ) {
        self.name = name
        self.units = units
        self.hasBias = hasBias
        self.activation = activation
        self.initialization = initialization
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let shape = builder.shape(of: input)
        guard shape.rank == 1, 1...maximumWidth ~= units else {
            throw GraphError(
                "layer '\(builder.layerName)' (dense): its input is \(shape); it wants [features] and 1 to \(maximumWidth) units; "
                    + "put a flatten or a global pooling before it")
        }
        let weight = try builder.parameter(
            "weight", [shape[0], units],
            (initialization ?? .glorotUniform).initializer(fanIn: shape[0], fanOut: units))
        var inputs = [input, weight]
        if hasBias { inputs.append(try builder.parameter("bias", [units], .zeros)) }
        let result = try builder.append(Dense(hasBias: hasBias), inputs)[0]
        return try activation == .identity ? result : builder.append(Activation(activation), [result])[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, units, hasBias, activation, initialization }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.width(.units, decoder), hasBias: try container.value(.hasBias, default: true),
            activation: try container.choice(.activation, default: .identity),
            initialization: try container.choice(.initialization),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
