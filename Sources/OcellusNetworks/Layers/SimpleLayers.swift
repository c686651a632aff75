import OcellusGraph

/// A function applied to each element.
public struct ActivationLayer: Layer {
    public static let kind = "activation"
    public let name: String?
    /// The function.
    public let function: ActivationFunction

    /// Applies `function`.
    public init(_ function: ActivationFunction, name: String? = nil) {
        self.name = name
        self.function = function
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(Activation(function), [input])[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, function }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.choice(.function),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}

/// All elements of a sample in one dimension, in the order rows, columns, channels.
public struct FlattenLayer: Layer {
    public static let kind = "flatten"
    public let name: String?

    /// Flatten.
    public init(name: String? = nil) { self.name = name }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(Reshape.flatten, [input])[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}

/// The same elements under another shape, in the order rows, columns, channels.
public struct ReshapeLayer: Layer {
    public static let kind = "reshape"
    public let name: String?
    /// The new shape of a sample.
    public let shape: Shape

    /// A reshape to `shape`.
    public init(_ shape: Shape, name: String? = nil) {
        self.name = name
        self.shape = shape
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(Reshape(shape), [input])[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, shape }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }
}

/// Leaves out the branch of a residual block that it ends, a sample at a time, in training; nothing in inference.
public struct StochasticDepthLayer: Layer {
    public static let kind = "stochastic_depth"
    public let name: String?
    /// The probability that a sample's branch is left out, 0 ..< 1.
    public let rate: Float

    /// Stochastic depth.
    public init(_ rate: Float, name: String? = nil) {
        self.name = name
        self.rate = rate
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let layer = builder.nextDropoutLayer()
        return builder.isTraining ? try builder.append(StochasticDepth(rate: rate, layer: layer), [input])[0] : input
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, rate }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Float.self, forKey: .rate),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}

/// Dropout in training, nothing in inference.
public struct DropoutLayer: Layer {
    public static let kind = "dropout"
    public let name: String?
    /// The probability that an element becomes zero, 0 ..< 1.
    public let rate: Float

    /// Dropout.
    public init(_ rate: Float, name: String? = nil) {
        self.name = name
        self.rate = rate
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        let layer = builder.nextDropoutLayer()
        return builder.isTraining ? try builder.append(Dropout(rate: rate, layer: layer), [input])[0] : input
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, rate }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Float.self, forKey: .rate),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
