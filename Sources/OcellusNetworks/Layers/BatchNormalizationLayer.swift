import OcellusGraph

/// Batch normalisation of each channel, then an activation. Parameters: `weight` (γ), `bias` (β); states: `running_mean`,
/// `running_var`, all `[C]`.
public struct BatchNormalizationLayer: Layer {
    public static let kind = "batch_normalization"
    public let name: String?
    /// ε, added to the variance.
    public let epsilon: Float
    /// The weight of the old running statistics, as Keras counts (PyTorch's momentum is 1 − this).
    public let momentum: Float
    /// Whether the running variance takes the unbiased estimate (PyTorch) or the biased one (Keras).
    public let tracksUnbiasedVariance: Bool
    /// What is applied at the end.
    public let activation: ActivationFunction

    /// Batch normalisation with Keras' defaults.
    public init(
        epsilon: Float = 1e-3, momentum: Float = 0.99, tracksUnbiasedVariance: Bool = false,
        activation: ActivationFunction = .identity, name: String? = nil
    ) {
        self.name = name
        self.epsilon = epsilon
        self.momentum = momentum
        self.tracksUnbiasedVariance = tracksUnbiasedVariance
        self.activation = activation
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let shape = builder.shape(of: input)
        guard shape.rank >= 1 else {
            throw GraphError("layer '\(builder.layerName)' (batch normalization): its input has no channels")
        }
        let channels: Shape = [shape[-1]]
        let inputs = [
            input,
            try builder.parameter("weight", channels, .ones), try builder.parameter("bias", channels, .zeros),
            try builder.state("running_mean", channels, .zeros), try builder.state("running_var", channels, .ones),
        ]
        let result =
            builder.isTraining
            ? try builder.append(
                BatchNormalization(
                    epsilon: epsilon, momentum: momentum, tracksUnbiasedVariance: tracksUnbiasedVariance), inputs)
            : try builder.append(BatchNormalizationInference(epsilon: epsilon), inputs)
        return try activation == .identity ? result[0] : builder.append(Activation(activation), [result[0]])[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, epsilon, momentum, tracksUnbiasedVariance, activation
    }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            epsilon: try container.value(.epsilon, default: 1e-3),
            momentum: try container.value(.momentum, default: 0.99),
            tracksUnbiasedVariance: try container.value(.tracksUnbiasedVariance, default: false),
            activation: try container.choice(.activation, default: .identity),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
