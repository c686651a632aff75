import OcellusGraph

/// Convolution with bias and activation. Parameters: `weight` `[kernelHeight, kernelWidth, C / groups, filters]`, `bias`.
public struct ConvolutionLayer: Layer {
    public static let kind = "convolution"
    public let name: String?
    /// The number of output channels.
    public let filters: Int
    /// Kernel size, stride, dilation and padding.
    public let window: Window
    /// Into how many independent groups the channels fall.
    public let groups: Int
    /// Whether each channel has a bias.
    public let hasBias: Bool
    /// What is applied at the end.
    public let activation: ActivationFunction
    /// How the weights start; nil for Keras' way, Glorot uniform.
    public let initialization: Initialization?

    /// A convolution with a square kernel. Biases start at zero.
    public init(
        _ filters: Int, _ kernel: Int, stride: Int = 1, padding: Window.Padding = .valid, dilation: Int = 1,
        groups: Int = 1, hasBias: Bool = true, activation: ActivationFunction = .identity,
        initialization: Initialization? = nil, name: String? = nil
    ) {
        self.init(
            filters, Window(kernel, stride: stride, dilation: dilation, padding: padding), groups: groups,
            hasBias: hasBias, activation: activation, initialization: initialization, name: name)
    }

    /// A convolution with any window.
    public init(
        _ filters: Int, _ window: Window, groups: Int = 1, hasBias: Bool = true,
        activation: ActivationFunction = .identity, initialization: Initialization? = nil, name: String? = nil
    ) {
        self.name = name
        self.filters = filters
        self.window = window
        self.groups = groups
        self.hasBias = hasBias
        self.activation = activation
        self.initialization = initialization
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let shape = builder.shape(of: input)
        guard shape.rank == 3, groups >= 1, 1...maximumWidth ~= filters, shape[2] % groups == 0 else {
            throw GraphError(
                "layer '\(builder.layerName)' (convolution): its input is \(shape); it wants [height, width, channels] "
                    + "with channels that \(groups) groups divide, and 1 to \(maximumWidth) filters, not \(filters)")
        }
        return try appendConvolution(
            on: input, filters: filters, window: window, groups: groups, hasBias: hasBias, activation: activation,
            initialization: initialization, in: &builder)
    }

    private enum Key: String, CodingKey, CaseIterable {
        case name, filters, groups, hasBias, activation, initialization
    }

    public static var settingNames: [String]? { Key.allCases.map(\.rawValue) + WindowSettings.kernelNames }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            try container.width(.filters, decoder), try WindowSettings.decode(from: decoder, extent: .kernel),
            groups: try container.value(.groups, default: 1), hasBias: try container.value(.hasBias, default: true),
            activation: try container.choice(.activation, default: .identity),
            initialization: try container.choice(.initialization),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }

    public func encode(to encoder: any Encoder) throws {
        try WindowSettings.encode(window, to: encoder, extent: .kernel)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(filters, forKey: .filters)
        try container.encode(groups, forKey: .groups)
        try container.encode(hasBias, forKey: .hasBias)
        try container.encode(activation, forKey: .activation)
        try container.encodeIfPresent(initialization, forKey: .initialization)
    }
}

/// Depthwise convolution: each channel has filters of its own. Parameters as `ConvolutionLayer` with a group a channel.
public struct DepthwiseConvolutionLayer: Layer {
    public static let kind = "depthwise_convolution"
    public let name: String?
    /// Kernel size, stride, dilation and padding.
    public let window: Window
    /// Output channels an input channel.
    public let multiplier: Int
    /// Whether each channel has a bias.
    public let hasBias: Bool
    /// What is applied at the end.
    public let activation: ActivationFunction
    /// How the weights start; nil for Keras' way, Glorot uniform.
    public let initialization: Initialization?

    /// A depthwise convolution with a square kernel.
    public init(
        _ kernel: Int, stride: Int = 1, padding: Window.Padding = .valid, multiplier: Int = 1, hasBias: Bool = true,
        activation: ActivationFunction = .identity, initialization: Initialization? = nil, name: String? = nil
    ) {
        self.init(
            Window(kernel, stride: stride, padding: padding), multiplier: multiplier, hasBias: hasBias,
            activation: activation, initialization: initialization, name: name)
    }

    /// A depthwise convolution with any window.
    public init(
        _ window: Window, multiplier: Int = 1, hasBias: Bool = true, activation: ActivationFunction = .identity,
        initialization: Initialization? = nil, name: String? = nil
    ) {
        self.name = name
        self.window = window
        self.multiplier = multiplier
        self.hasBias = hasBias
        self.activation = activation
        self.initialization = initialization
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let shape = builder.shape(of: input)
        guard shape.rank == 3, 1...1024 ~= multiplier else {
            throw GraphError(
                "layer '\(builder.layerName)' (depthwise convolution): its input is \(shape); it wants [height, width, "
                    + "channels], and 1 to 1024 outputs a channel, not \(multiplier)")
        }
        return try appendConvolution(
            on: input, filters: shape[2] * multiplier, window: window, groups: shape[2], hasBias: hasBias,
            activation: activation, initialization: initialization, in: &builder)
    }

    private enum Key: String, CodingKey, CaseIterable { case name, multiplier, hasBias, activation, initialization }

    public static var settingNames: [String]? { Key.allCases.map(\.rawValue) + WindowSettings.kernelNames }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            try WindowSettings.decode(from: decoder, extent: .kernel),
            multiplier: try container.value(.multiplier, default: 1),
            hasBias: try container.value(.hasBias, default: true),
            activation: try container.choice(.activation, default: .identity),
            initialization: try container.choice(.initialization),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }

    public func encode(to encoder: any Encoder) throws {
        try WindowSettings.encode(window, to: encoder, extent: .kernel)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(multiplier, forKey: .multiplier)
        try container.encode(hasBias, forKey: .hasBias)
        try container.encode(activation, forKey: .activation)
        try container.encodeIfPresent(initialization, forKey: .initialization)
    }
}

/// The most channels or features that a layer may have: far beyond use, and safe to multiply.
let maximumWidth = 1 << 24

private func appendConvolution(
    on input: ValueID, filters: Int, window: Window, groups: Int, hasBias: Bool, activation: ActivationFunction,
    initialization: Initialization?, in builder: inout NetworkBuilder
) throws -> ValueID {
    let channels = builder.shape(of: input)[2] / groups
    let shape: Shape = [window.height, window.width, channels, filters]
    guard shape.isSensible else {
        throw GraphError("layer '\(builder.layerName)' (convolution): its filter would be \(shape)")
    }
    // As Keras counts fans: the receptive field times the channels that each side sees.
    let weight = try builder.parameter(
        "weight", shape,
        (initialization ?? .glorotUniform).initializer(
            fanIn: shape.count / filters, fanOut: shape.count / channels))
    var inputs = [input, weight]
    if hasBias { inputs.append(try builder.parameter("bias", [filters], .zeros)) }
    let result = try builder.append(Convolution(window, groups: groups, hasBias: hasBias), inputs)[0]
    return try activation == .identity ? result : builder.append(Activation(activation), [result])[0]
}
