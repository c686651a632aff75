import OcellusGraph

/// Max-pooling.
public struct MaxPoolingLayer: Layer {
    public static let kind = "max_pooling"
    public let name: String?
    /// The window that is searched.
    public let window: Window

    /// Max-pooling over squares; the stride is the size unless given.
    public init(_ size: Int, stride: Int? = nil, padding: Window.Padding = .valid, name: String? = nil) {
        self.init(Window(size, stride: stride ?? size, padding: padding), name: name)
    }

    /// Max-pooling over any window.
    public init(_ window: Window, name: String? = nil) {
        self.name = name
        self.window = window
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(MaxPooling(window, keepsWinners: builder.keepsGradients), [input])[0]
    }

    private enum Key: String, CodingKey, CaseIterable { case name }

    public static var settingNames: [String]? { Key.allCases.map(\.rawValue) + WindowSettings.sizeNames }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            try WindowSettings.decode(from: decoder, extent: .size),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }

    public func encode(to encoder: any Encoder) throws {
        try WindowSettings.encode(window, to: encoder, extent: .size)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(name, forKey: .name)
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
        self.init(
            Window(size, stride: stride ?? size, padding: padding), countsPadding: countsPadding, name: name)
    }

    /// Average pooling over any window.
    public init(_ window: Window, countsPadding: Bool = false, name: String? = nil) {
        self.name = name
        self.window = window
        self.countsPadding = countsPadding
    }

    public func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(AveragePooling(window, countsPadding: countsPadding), [input])[0]
    }

    private enum Key: String, CodingKey, CaseIterable { case name, countsPadding }

    public static var settingNames: [String]? { Key.allCases.map(\.rawValue) + WindowSettings.sizeNames }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            try WindowSettings.decode(from: decoder, extent: .size),
            countsPadding: try container.value(.countsPadding, default: false),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }

    public func encode(to encoder: any Encoder) throws {
        try WindowSettings.encode(window, to: encoder, extent: .size)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(countsPadding, forKey: .countsPadding)
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

    private enum CodingKeys: String, CodingKey, CaseIterable { case name }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
