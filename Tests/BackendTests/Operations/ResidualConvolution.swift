import OcellusGraph

extension ResidualConvolution: TestedOperation {
    /// The convolution without its activation, the sum, then the activation.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let plain = Convolution(convolution.window, groups: convolution.groups, hasBias: convolution.hasBias)
        var parts = Array(inputs.dropLast())
        var summands = try plain.evaluate(&parts, invocation) + [inputs[residualInput]]
        return try Add(activation: convolution.activation).evaluate(&summands, invocation)
    }

    static let isFused = true

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ConvolutionShape.all(&random).enumerated().compactMap { index, shape in
            let operation = ResidualConvolution(
                Convolution(
                    shape.window, groups: shape.groups, hasBias: index % 3 != 2,
                    activation: ActivationFunction.allCases[index % ActivationFunction.allCases.count]))
            let inputs =
                [TestInput(shape.input), TestInput(shape.filter)]
                + (operation.convolution.hasBias ? [TestInput(shape.bias)] : [])
            guard let output = try? operation.convolution.outputs(for: inputs.map(\.description)).first else {
                return nil
            }
            return random.operationCase(operation, inputs + [TestInput(output)])
        }
    }
}
