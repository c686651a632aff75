import OcellusGraph

extension PooledConvolution: TestedOperation, TieJudge {
    /// The convolution, its activation, then the pooling.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var convolved = try convolution.evaluate(&inputs, invocation)
        return try MaxPooling(Self.pooling, keepsWinners: keepsWinners).evaluate(&convolved, invocation)
    }

    static let isFused = true

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let activations = ActivationFunction.allCases.filter(\.hasGradientOfOutput)
        return ConvolutionShape.poolable(&random).enumerated().map { index, shape in
            let operation = PooledConvolution(
                Convolution(
                    shape.window, groups: shape.groups, hasBias: index % 3 != 2,
                    activation: activations[index % activations.count]),
                keepsWinners: index % 4 != 3)
            return random.operationCase(
                operation,
                [TestInput(shape.input), TestInput(shape.filter)]
                    + (operation.convolution.hasBias ? [TestInput(shape.bias)] : []))
        }
    }

    /// Whether two places of a window are equal within rounding, as where an activation made both zero.
    func isTie(_ inputs: [OracleTensor], _ invocation: Invocation, element: Int, _ first: Int, _ second: Int) throws
        -> Bool
    {
        var inputs = inputs
        let convolved = try convolution.evaluate(&inputs, invocation)[0]
        let geometry = try Self.pooling.geometry(over: convolved.description.shape)
        let k = element % convolved.channels
        let place = element / convolved.channels
        let q = place % geometry.outputWidth
        let p = place / geometry.outputWidth % geometry.outputHeight
        let n = place / geometry.outputWidth / geometry.outputHeight
        let values = [first, second].map { convolved[n, 2 * p + $0 / 2, 2 * q + $0 % 2, k] }
        return abs(values[0] - values[1]) < 1e-5
    }
}
