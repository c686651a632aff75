import OcellusGraph

extension ConvolutionFilterGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (x, dy) = (inputs[0], inputs[1])
        var dw = try blankOutputs(inputs, invocation)[0]
        forEachProduct(
            try window.geometry(over: x.description.shape), samples: invocation.count, channels: x.channels,
            outputChannels: outputChannels, groups: groups
        ) { n, p, q, k, element, c, inGroup in
            dw[element.i, element.j, inGroup, k] += x[n, element.row, element.column, c] * dy[n, p, q, k]
        }
        return [dw]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ConvolutionShape.all(&random).map { shape in
            random.operationCase(
                ConvolutionFilterGradient(shape.window, groups: shape.groups, outputChannels: shape.outputChannels),
                [TestInput(shape.input), TestInput(shape.output)])
        }
    }
}
