import OcellusGraph

/// How an operation's kernels take activations.
public enum ActivationStorage: Sendable {
    /// As `float` alone.
    case floats
    /// As they are stored, all of them in the same way (`stored` of `Kernels/storage.cl`).
    case alike
    /// Each as it is stored, or as `float`.
    case mixed

    /// Whether operands may be stored as described.
    func allows(_ tensors: [TensorDescription]) -> Bool {
        let floating = tensors.filter(\.elementType.isFloating)
        guard floating.allSatisfy({ $0.isBatched || $0.elementType == .float32 }) else { return false }
        let types = Set(floating.filter(\.isBatched).map(\.elementType))
        switch self {
        case .floats: return types.isSubset(of: [.float32])
        case .alike: return types.count <= 1
        case .mixed: return types.subtracting([.float32]).count <= 1
        }
    }
}

extension OpenCLDevice {
    /// In what numbers it can compute. Activations in fewer bits are read and written by what every OpenCL has.
    /// TF32 is for units of NVIDIA's alone.
    public var precisions: [Precision] { isNVIDIA ? Precision.allCases : [.fp32, .fp16, .bf16] }
}

extension ElementType {
    /// The number by which kernels know how activations are stored: `STORED`.
    var kernelNumber: Int {
        switch self {
        case .float16: 1
        case .bfloat16: 2
        case .float32, .int32, .uint8: 0
        }
    }
}

extension Activation { public var activationStorage: ActivationStorage { .alike } }
extension ActivationGradient { public var activationStorage: ActivationStorage { .alike } }
extension Add { public var activationStorage: ActivationStorage { .alike } }
extension AveragePooling { public var activationStorage: ActivationStorage { .alike } }
extension AveragePoolingGradient { public var activationStorage: ActivationStorage { .alike } }
extension BatchNormalization { public var activationStorage: ActivationStorage { .alike } }
extension BatchNormalizationGradient { public var activationStorage: ActivationStorage { .alike } }
extension BatchNormalizationInference { public var activationStorage: ActivationStorage { .alike } }
extension BatchNormalizationInferenceGradient { public var activationStorage: ActivationStorage { .alike } }
extension BiasGradient { public var activationStorage: ActivationStorage { .alike } }
extension ChannelScale { public var activationStorage: ActivationStorage { .alike } }
extension ChannelScaleGradient { public var activationStorage: ActivationStorage { .alike } }
extension ChannelSlice { public var activationStorage: ActivationStorage { .alike } }
extension Concatenate { public var activationStorage: ActivationStorage { .alike } }
extension Convert { public var activationStorage: ActivationStorage { .mixed } }
extension Convolution { public var activationStorage: ActivationStorage { .alike } }
extension ConvolutionFilterGradient { public var activationStorage: ActivationStorage { .alike } }
extension ConvolutionInputGradient { public var activationStorage: ActivationStorage { .alike } }
extension Dense { public var activationStorage: ActivationStorage { .mixed } }
extension DenseInputGradient { public var activationStorage: ActivationStorage { .mixed } }
extension DenseWeightGradient { public var activationStorage: ActivationStorage { .mixed } }
extension Dropout { public var activationStorage: ActivationStorage { .alike } }
extension GlobalAveragePooling { public var activationStorage: ActivationStorage { .alike } }
extension GlobalAveragePoolingGradient { public var activationStorage: ActivationStorage { .alike } }
extension LayerNormalization { public var activationStorage: ActivationStorage { .alike } }
extension LayerNormalizationGradient { public var activationStorage: ActivationStorage { .alike } }
extension MatrixMultiplication { public var activationStorage: ActivationStorage { .mixed } }
extension MaxPooling { public var activationStorage: ActivationStorage { .alike } }
extension MaxPoolingGradient { public var activationStorage: ActivationStorage { .alike } }
extension PooledConvolution { public var activationStorage: ActivationStorage { .alike } }
extension PooledConvolutionFilterGradient { public var activationStorage: ActivationStorage { .alike } }
extension PooledConvolutionInputGradient { public var activationStorage: ActivationStorage { .alike } }
extension StochasticDepth { public var activationStorage: ActivationStorage { .alike } }
extension ResidualConvolution { public var activationStorage: ActivationStorage { .alike } }
