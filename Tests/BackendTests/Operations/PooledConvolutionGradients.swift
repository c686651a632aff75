import OcellusGraph

extension PooledConvolutionInputGradient: TestedOperation {
    /// The gradient of the pooling, then that of the convolution.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let convolved = try convolvedShape(window, groups, inputShape, inputs[2].description)
        let dense = try unpooled(dy: inputs[0], winners: inputs[1], convolved, invocation)
        var arguments = [dense, inputs[2]]
        return try ConvolutionInputGradient(window, groups: groups, inputShape: inputShape)
            .evaluate(&arguments, invocation)
    }

    static let isFused = true

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ConvolutionShape.poolable(&random).map { shape in
            random.operationCase(
                PooledConvolutionInputGradient(shape.window, groups: shape.groups, inputShape: shape.inputShape),
                [
                    TestInput(shape.pooled),
                    TestInput(shape.winners, .winners(PooledConvolution.pooling, of: shape.output)),
                    TestInput(shape.filter),
                ])
        }
    }
}

extension PooledConvolutionFilterGradient: TestedOperation {
    /// The gradient of the pooling, then that of the convolution.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let x = inputs[0]
        let filter = try blankOutputs(inputs, invocation)[0]
        let convolved = try convolvedShape(window, groups, x.description.shape, filter.description)
        let dense = try unpooled(dy: inputs[1], winners: inputs[2], convolved, invocation)
        var arguments = [x, dense]
        return try ConvolutionFilterGradient(window, groups: groups, outputChannels: outputChannels)
            .evaluate(&arguments, invocation)
    }

    static let isFused = true

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ConvolutionShape.poolable(&random).map { shape in
            random.operationCase(
                PooledConvolutionFilterGradient(
                    shape.window, groups: shape.groups, outputChannels: shape.outputChannels),
                [
                    TestInput(shape.input), TestInput(shape.pooled),
                    TestInput(shape.winners, .winners(PooledConvolution.pooling, of: shape.output)),
                ])
        }
    }
}

/// What the convolution under the pooling gives for one sample.
private func convolvedShape(
    _ window: Window, _ groups: Int, _ inputShape: Shape, _ filter: TensorDescription
) throws -> Shape {
    try Convolution(window, groups: groups, hasBias: false)
        .outputs(for: [TensorDescription(inputShape, batched: true), filter])[0].shape
}

/// The gradient that leaves the 2×2 pooling.
private func unpooled(
    dy: OracleTensor, winners: OracleTensor, _ convolved: Shape, _ invocation: Invocation
) throws -> OracleTensor {
    var arguments = [dy, winners]
    return try MaxPoolingGradient(PooledConvolution.pooling, inputShape: convolved)
        .evaluate(&arguments, invocation)[0]
}
