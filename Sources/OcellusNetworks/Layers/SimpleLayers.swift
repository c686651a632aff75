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
}
