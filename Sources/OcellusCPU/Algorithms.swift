/// What the CPU backend may choose from, so that a test can force each algorithm.
public struct CPUAlgorithms: Sendable, Equatable {
    /// Whether 3×3 convolutions may go by Winograd's transform, rather than by plain products.
    public var allowsWinograd = true
    /// Whether a depthwise convolution has loops of its own, rather than a product a channel.
    public var allowsDepthwise = true

    /// All of them.
    public static let all = CPUAlgorithms()

    /// All of them.
    public init() {}
}
