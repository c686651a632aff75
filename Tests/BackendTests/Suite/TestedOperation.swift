import OcellusGraph

/// An operation with a definition and with cases: what a backend must do to have it.
protocol TestedOperation: OracleOperation {
    /// Shapes, settings and data to try, the same in every run.
    static func cases(_ random: inout CaseGenerator) -> [OperationCase]

    /// Whether it is made by fusion only, so that a backend may do without it.
    static var isFused: Bool { get }

    /// Whether this form of it is made by fusion only.
    var mayBeUnsupported: Bool { get }
}

extension TestedOperation {
    static var isFused: Bool { false }

    var mayBeUnsupported: Bool { Self.isFused }

    /// All cases, drawn from a seed of the operation's own.
    static var allCases: [OperationCase] {
        var random = CaseGenerator(name)
        return cases(&random)
    }
}

/// An operation whose whole-number output may name either of two places where their values are equal within rounding.
protocol TieJudge {
    /// Whether `first` and `second` are as good as each other for one element of that output.
    func isTie(_ inputs: [OracleTensor], _ invocation: Invocation, element: Int, _ first: Int, _ second: Int) throws
        -> Bool
}

/// Every operation that a backend runs, in the order of the parity table.
let testedOperations: [any TestedOperation.Type] = [
    PictureWarp.self,
    Convolution.self, ConvolutionInputGradient.self, ConvolutionFilterGradient.self,
    ResidualConvolution.self, InvertedResidual.self, PooledConvolution.self, PooledConvolutionInputGradient.self,
    PooledConvolutionFilterGradient.self,
    Dense.self, DenseInputGradient.self, DenseWeightGradient.self, DenseWeightUpdate.self, BiasGradient.self,
    MatrixMultiplication.self,
    MaxPooling.self, MaxPoolingGradient.self, AveragePooling.self, AveragePoolingGradient.self,
    GlobalAveragePooling.self, GlobalAveragePoolingGradient.self,
    BatchNormalization.self, BatchNormalizationGradient.self, BatchNormalizationInference.self,
    BatchNormalizationInferenceGradient.self,
    LayerNormalization.self, LayerNormalizationGradient.self,
    Dropout.self, StochasticDepth.self, Add.self, ChannelScale.self, ChannelScaleGradient.self, Concatenate.self,
    ChannelSlice.self,
    Activation.self, ActivationGradient.self,
    Softmax.self, SoftmaxCrossEntropy.self, SoftmaxCrossEntropyGradient.self,
    Convert.self, GradientAccumulation.self, NonFiniteCheck.self, GradientUnscaling.self, GradientNorm.self,
    GradientScale.self, GradientClamp.self,
    SGDUpdate.self, AdamUpdate.self, RMSPropUpdate.self, LAMBUpdate.self, MovingAverage.self, JoinedUpdates.self,
]
