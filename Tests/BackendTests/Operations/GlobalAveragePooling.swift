import OcellusGraph

extension GlobalAveragePooling: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let x = inputs[0]
        var y = try blankOutputs(inputs, invocation)[0]
        let (height, width) = (x.extents[1], x.extents[2])
        for n in 0..<invocation.count {
            for h in 0..<height {
                for w in 0..<width {
                    for c in 0..<x.channels { y[n, c] += x[n, h, w, c] / Double(height * width) }
                }
            }
        }
        return [y]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.pictures().map { random.operationCase(GlobalAveragePooling(), [TestInput($0)]) }
    }
}

extension GlobalAveragePoolingGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let dy = inputs[0]
        var dx = try blankOutputs(inputs, invocation)[0]
        let (height, width) = (dx.extents[1], dx.extents[2])
        for n in 0..<invocation.count {
            for h in 0..<height {
                for w in 0..<width {
                    for c in 0..<dx.channels { dx[n, h, w, c] = dy[n, c] / Double(height * width) }
                }
            }
        }
        return [dx]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.pictures().map { picture in
            random.operationCase(
                GlobalAveragePoolingGradient(inputShape: picture.shape),
                [TestInput(TensorDescription([picture.shape[2]], batched: true))])
        }
    }
}
