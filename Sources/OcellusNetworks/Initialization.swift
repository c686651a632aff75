import OcellusGraph

/// How the weights of a layer start, by the fans that the layer knows.
public enum Initialization: String, Sendable, Hashable, Codable, CaseIterable {
    /// Uniform in ±√(6 / (fanIn + fanOut)): Keras' default.
    case glorotUniform
    /// Normal with σ = √(2 / fanOut): torchvision's for the convolutions of ResNets and MobileNets.
    case heNormalFanOut
    /// Normal with σ = 0.01: torchvision's for the head of MobileNets.
    case narrowNormal

    func initializer(fanIn: Int, fanOut: Int) -> Initializer {
        switch self {
        case .glorotUniform: .glorotUniform(fanIn: fanIn, fanOut: fanOut)
        case .heNormalFanOut: .heNormalFanOut(fanOut: fanOut)
        case .narrowNormal: .normal(standardDeviation: 0.01)
        }
    }
}
