import OcellusGraph

extension AveragePooling: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let x = inputs[0]
        let geometry = try window.geometry(over: x.description.shape)
        var y = try blankOutputs(inputs, invocation)[0]
        for p in 0..<geometry.outputHeight {
            for q in 0..<geometry.outputWidth {
                let elements = geometry.elements(p, q)
                let divisor = Double(countsPadding ? window.count : elements.count)
                for n in 0..<invocation.count {
                    for c in 0..<x.channels {
                        for element in elements { y[n, p, q, c] += x[n, element.row, element.column, c] / divisor }
                    }
                }
            }
        }
        return [y]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        PoolingShape.all(&random).enumerated().map { index, shape in
            random.operationCase(
                AveragePooling(shape.window, countsPadding: index % 2 == 1), [TestInput(shape.input)])
        }
    }
}

extension AveragePoolingGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let dy = inputs[0]
        let geometry = try window.geometry(over: inputShape)
        var dx = try blankOutputs(inputs, invocation)[0]
        for p in 0..<geometry.outputHeight {
            for q in 0..<geometry.outputWidth {
                let elements = geometry.elements(p, q)
                let divisor = Double(countsPadding ? window.count : elements.count)
                for n in 0..<invocation.count {
                    for c in 0..<dx.channels {
                        for element in elements { dx[n, element.row, element.column, c] += dy[n, p, q, c] / divisor }
                    }
                }
            }
        }
        return [dx]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        PoolingShape.all(&random).enumerated().map { index, shape in
            random.operationCase(
                AveragePoolingGradient(shape.window, countsPadding: index % 2 == 1, inputShape: shape.input.shape),
                [TestInput(shape.output)])
        }
    }
}
