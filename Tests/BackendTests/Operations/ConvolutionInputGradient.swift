import OcellusGraph

extension ConvolutionInputGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (dy, filter) = (inputs[0], inputs[1])
        var dx = try blankOutputs(inputs, invocation)[0]
        forEachProduct(
            try window.geometry(over: inputShape), samples: invocation.count, channels: dx.channels,
            outputChannels: dy.channels, groups: groups
        ) { n, p, q, k, element, c, inGroup in
            dx[n, element.row, element.column, c] += dy[n, p, q, k] * filter[element.i, element.j, inGroup, k]
        }
        return [dx]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ConvolutionShape.all(&random).map { shape in
            random.operationCase(
                ConvolutionInputGradient(shape.window, groups: shape.groups, inputShape: shape.inputShape),
                [TestInput(shape.output), TestInput(shape.filter)])
        }
    }
}
