import OcellusGraph

extension Convolution: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (x, filter) = (inputs[0], inputs[1])
        var y = try blankOutputs(inputs, invocation)[0]
        forEachProduct(
            try window.geometry(over: x.description.shape), samples: invocation.count, channels: x.channels,
            outputChannels: y.channels, groups: groups
        ) { n, p, q, k, element, c, inGroup in
            y[n, p, q, k] += x[n, element.row, element.column, c] * filter[element.i, element.j, inGroup, k]
        }
        if hasBias { y.addToChannels(inputs[2]) }
        return [y.map(activation.value)]
    }

    /// Only fusion makes one with an activation at its end.
    var mayBeUnsupported: Bool { activation != .identity }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ConvolutionShape.all(&random).enumerated().map { index, shape in
            let operation = Convolution(
                shape.window, groups: shape.groups, hasBias: index % 3 != 2,
                activation: ActivationFunction.allCases[index % ActivationFunction.allCases.count])
            return random.operationCase(
                operation,
                [TestInput(shape.input), TestInput(shape.filter)] + (operation.hasBias ? [TestInput(shape.bias)] : []))
        }
    }
}

extension OracleTensor {
    /// Adds one number to each channel.
    mutating func addToChannels(_ bias: OracleTensor) {
        for index in values.indices { values[index] += bias.values[index % channels] }
    }
}
