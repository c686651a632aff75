/// What the CPU backend may choose from, so that a test can force each algorithm.
public struct CPUAlgorithms: Sendable, Equatable {
    /// When 3×3 convolutions go by Winograd's transform, rather than by plain products.
    public enum Winograd: Sendable, Equatable {
        /// Not at all.
        case never
        /// With the tile size that is estimated to be the fastest, if any gains.
        case whenFaster
        /// Wherever the transform applies, with tiles of so many outputs in either direction: 2 or 4.
        case always(tile: Int)
    }

    /// When 3×3 convolutions go by Winograd's transform.
    public var winograd = Winograd.whenFaster
    /// Whether a depthwise convolution has loops of its own, rather than a product a channel.
    public var allowsDepthwise = true
    /// Whether a 1×1 convolution is one product over all pixels, rather than one over each line of them.
    public var allowsPointwise = true

    /// All of them, each where it is the fastest.
    public static let all = CPUAlgorithms()

    /// Only what any convolution can be computed by.
    public static let general = {
        var algorithms = CPUAlgorithms()
        algorithms.winograd = .never
        algorithms.allowsDepthwise = false
        algorithms.allowsPointwise = false
        return algorithms
    }()

    /// All of them, each where it is the fastest.
    public init() {}
}
