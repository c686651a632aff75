import OcellusGraph

extension MaxPooling: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let x = inputs[0]
        let geometry = try window.geometry(over: x.description.shape)
        var outputs = try blankOutputs(inputs, invocation)
        for p in 0..<geometry.outputHeight {
            for q in 0..<geometry.outputWidth {
                let elements = geometry.elements(p, q)
                for n in 0..<invocation.count {
                    for c in 0..<x.channels {
                        var best = -Double.infinity
                        for element in elements where x[n, element.row, element.column, c] > best {
                            best = x[n, element.row, element.column, c]
                            if keepsWinners { outputs[1][n, p, q, c] = Double(element.place) }
                        }
                        outputs[0][n, p, q, c] = best
                    }
                }
            }
        }
        return outputs
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        PoolingShape.all(&random).enumerated().map { index, shape in
            // Of equals the first wins: there is one right answer.
            random.operationCase(
                MaxPooling(shape.window, keepsWinners: index % 4 != 3),
                [TestInput(shape.input, index % 3 == 0 ? .coarse : .distinct)])
        }
    }
}

extension MaxPoolingGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (dy, winners) = (inputs[0], inputs[1])
        let geometry = try window.geometry(over: inputShape)
        var dx = try blankOutputs(inputs, invocation)[0]
        for p in 0..<geometry.outputHeight {
            for q in 0..<geometry.outputWidth {
                for element in geometry.elements(p, q) {
                    for n in 0..<invocation.count {
                        for c in 0..<dx.channels where winners[n, p, q, c] == Double(element.place) {
                            dx[n, element.row, element.column, c] += dy[n, p, q, c]
                        }
                    }
                }
            }
        }
        return [dx]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        PoolingShape.all(&random).map { shape in
            let winners = TensorDescription(shape.output.shape, batched: true, .uint8)
            return random.operationCase(
                MaxPoolingGradient(shape.window, inputShape: shape.input.shape),
                [TestInput(shape.output), TestInput(winners, .winners(shape.window, of: shape.input))])
        }
    }
}
