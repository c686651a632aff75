import OcellusGraph

/// The settings of a golden case, with Keras' defaults where it says nothing.
struct GoldenSettings: Decodable, Sendable {
    var window: [Int]?
    var stride: [Int]?
    var dilation: [Int]?
    var padding: String?
    var groups: Int?
    var activation: ActivationFunction?
    var labelSmoothing: Float?
    var classWeights: [Float]?
    var learningRate: Float?
    /// Of each step, where they differ.
    var learningRates: [Float]?
    var momenta: [Float]?
    var beta1: Float?
    var beta2: Float?
    var epsilon: Float?
    var weightDecay: Float?
    var momentum: Float?
    var isNesterov: Bool?
    var isDecoupled: Bool?
    var rho: Float?
    var followsTensorFlow: Bool?
    var decay: Float?
    var warmsUp: Bool?
    var maximum: Float?
    var limit: Float?

    /// The operation of a name on inputs of the shapes given.
    /// - Parameter x: the shape of the layer's input, which gradients need.
    func operation(_ name: String, inputs: [TensorDescription], x: Shape) throws -> any TestedOperation {
        switch name {
        case Convolution.name: Convolution(laidWindow, groups: groups ?? 1)
        case ConvolutionInputGradient.name:
            ConvolutionInputGradient(laidWindow, groups: groups ?? 1, inputShape: x)
        case ConvolutionFilterGradient.name:
            ConvolutionFilterGradient(laidWindow, groups: groups ?? 1, outputChannels: inputs[1].shape[-1])
        case BiasGradient.name: BiasGradient()
        case Dense.name: Dense(activation: activation ?? .identity)
        case DenseInputGradient.name: DenseInputGradient()
        case DenseWeightGradient.name: DenseWeightGradient()
        case ActivationGradient.name: ActivationGradient(activation ?? .identity)
        case MaxPooling.name: MaxPooling(laidWindow)
        case MaxPoolingGradient.name: MaxPoolingGradient(laidWindow, inputShape: x)
        case AveragePooling.name: AveragePooling(laidWindow)
        case AveragePoolingGradient.name: AveragePoolingGradient(laidWindow, inputShape: x)
        case GlobalAveragePooling.name: GlobalAveragePooling()
        case GlobalAveragePoolingGradient.name: GlobalAveragePoolingGradient(inputShape: x)
        case BatchNormalization.name: BatchNormalization()
        case BatchNormalizationGradient.name: BatchNormalizationGradient()
        case BatchNormalizationInference.name: BatchNormalizationInference()
        case Softmax.name: Softmax()
        case SoftmaxCrossEntropy.name:
            SoftmaxCrossEntropy(labelSmoothing: labelSmoothing ?? 0, classWeights: classWeights ?? [])
        case SoftmaxCrossEntropyGradient.name:
            SoftmaxCrossEntropyGradient(labelSmoothing: labelSmoothing ?? 0, classWeights: classWeights ?? [])
        case AdamUpdate.name:
            AdamUpdate(
                beta1: beta1 ?? 0.9, beta2: beta2 ?? 0.999, epsilon: epsilon ?? 1e-7, weightDecay: weightDecay ?? 0,
                isDecoupled: isDecoupled ?? true)
        case SGDUpdate.name:
            SGDUpdate(momentum: momentum ?? 0, isNesterov: isNesterov ?? false, weightDecay: weightDecay ?? 0)
        case RMSPropUpdate.name:
            RMSPropUpdate(
                rho: rho ?? 0.99, epsilon: epsilon ?? 1e-8, momentum: momentum ?? 0, weightDecay: weightDecay ?? 0,
                followsTensorFlow: followsTensorFlow ?? false)
        case LAMBUpdate.name: LAMBUpdate(weightDecay: weightDecay ?? 0)
        case MovingAverage.name: MovingAverage(decay: decay ?? 0, warmsUp: warmsUp ?? false)
        case GradientNorm.name: GradientNorm(maximum: maximum ?? .infinity)
        case GradientScale.name: GradientScale()
        case GradientClamp.name: GradientClamp(limit: limit ?? .infinity)
        default: throw CaseFailure("no golden case of \(name) is known")
        }
    }

    private var laidWindow: Window {
        Window(
            window?[0] ?? 1, window?[1], stride: stride?[0] ?? 1, strideWidth: stride?[1],
            dilation: dilation?[0] ?? 1, dilationWidth: dilation?[1], padding: padding == "same" ? .same : .valid)
    }
}
