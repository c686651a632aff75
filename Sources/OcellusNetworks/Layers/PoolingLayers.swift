import OcellusGraph

/// Max-pooling.
public struct MaxPoolingLayer: Layer {
    public static let kind = "max_pooling"
    public let name: String?
    /// The window that is searched.
    public let window: Window

    /// Max-pooling over squares; the stride is the size unless given.
    public init(_ size: Int, stride: Int? = nil, padding: Window.Padding = .valid, name: String? = nil) {
        self.name = name
        window = Window(size, stride: stride ?? size, padding: padding)
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(MaxPooling(window, keepsWinners: builder.isTraining), [input])[0]
    }
}

/// Average pooling.
public struct AveragePoolingLayer: Layer {
    public static let kind = "average_pooling"
    public let name: String?
    /// The window that is averaged over.
    public let window: Window
    /// Whether zeros outside of the input count as elements (PyTorch's default) or not (Keras').
    public let countsPadding: Bool

    /// Average pooling over squares; the stride is the size unless given.
    public init(
        _ size: Int, stride: Int? = nil, padding: Window.Padding = .valid, countsPadding: Bool = false,
        name: String? = nil
    ) {
        self.name = name
        window = Window(size, stride: stride ?? size, padding: padding)
        self.countsPadding = countsPadding
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(AveragePooling(window, countsPadding: countsPadding), [input])[0]
    }
}

/// The mean of each channel over height and width.
public struct GlobalAveragePoolingLayer: Layer {
    public static let kind = "global_average_pooling"
    public let name: String?

    /// Global average pooling.
    public init(name: String? = nil) { self.name = name }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(GlobalAveragePooling(), [input])[0]
    }
}
