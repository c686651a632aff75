import OcellusGraph

/// The sum of two inputs of one shape, then an activation.
public struct AddLayer: JoiningLayer {
    public static let kind = "add"
    public let name: String?
    /// What is applied to the sum.
    public let activation: ActivationFunction

    /// A sum.
    public init(activation: ActivationFunction = .identity, name: String? = nil) {
        self.name = name
        self.activation = activation
    }

    public func build(on inputs: [ValueID], in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.expect(inputs, 2, kind: Self.kind)
        let sum = try builder.append(Add(), inputs)
        return try activation == .identity ? sum[0] : builder.append(Activation(activation), sum)[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, activation }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            activation: try container.choice(.activation, default: .identity),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}

/// Each channel of the first input, `[height, width, C]`, times a number of the second, `[C]`: the end of
/// squeeze-and-excitation.
public struct MultiplyLayer: JoiningLayer {
    public static let kind = "multiply"
    public let name: String?

    /// A product a channel.
    public init(name: String? = nil) { self.name = name }

    public func build(on inputs: [ValueID], in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.expect(inputs, 2, kind: Self.kind)
        return try builder.append(ChannelScale(), inputs)[0]
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name }

    public static var settingNames: [String]? { CodingKeys.allCases.map(\.rawValue) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}

extension NetworkBuilder {
    fileprivate func expect(_ inputs: [ValueID], _ count: Int, kind: String) throws {
        guard inputs.count == count else {
            throw GraphError(
                "layer '\(layerName)' (\(kind)): it has \(inputs.count) inputs and wants \(count); name the layers that give "
                    + "them as its inputs")
        }
    }
}
