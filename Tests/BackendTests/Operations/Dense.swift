import OcellusGraph

extension Dense: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (x, weight) = (inputs[0], inputs[1])
        var y = try blankOutputs(inputs, invocation)[0]
        for n in 0..<invocation.count {
            for k in 0..<y.channels {
                for c in 0..<x.channels { y[n, k] += x[n, c] * weight[c, k] }
            }
        }
        if hasBias { y.addToChannels(inputs[2]) }
        return [y.map(activation.value)]
    }

    /// Only fusion makes one with an activation at its end.
    var mayBeUnsupported: Bool { activation != .identity }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        DenseShape.all(&random).enumerated().map { index, shape in
            let operation = Dense(
                hasBias: index % 3 != 2,
                activation: ActivationFunction.allCases[index % ActivationFunction.allCases.count])
            return random.operationCase(
                operation,
                [TestInput(shape.input), TestInput(shape.weight)]
                    + (operation.hasBias ? [TestInput(shape.bias)] : []),
                capacity: shape.capacity)
        }
    }
}

extension DenseInputGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (dy, weight) = (inputs[0], inputs[1])
        var dx = try blankOutputs(inputs, invocation)[0]
        for n in 0..<invocation.count {
            for c in 0..<dx.channels {
                for k in 0..<dy.channels { dx[n, c] += dy[n, k] * weight[c, k] }
            }
        }
        return [dx]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        DenseShape.all(&random).map { shape in
            random.operationCase(
                DenseInputGradient(), [TestInput(shape.output), TestInput(shape.weight)], capacity: shape.capacity)
        }
    }
}

extension DenseWeightGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (x, dy) = (inputs[0], inputs[1])
        var dw = try blankOutputs(inputs, invocation)[0]
        for n in 0..<invocation.count {
            for c in 0..<x.channels {
                for k in 0..<dy.channels { dw[c, k] += x[n, c] * dy[n, k] }
            }
        }
        return [dw]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        DenseShape.all(&random).map { shape in
            random.operationCase(
                DenseWeightGradient(), [TestInput(shape.input), TestInput(shape.output)], capacity: shape.capacity)
        }
    }
}

/// Features in and out of a fully connected layer, at a batch.
struct DenseShape {
    let inputs, outputs, capacity: Int

    var input: TensorDescription { TensorDescription([inputs], batched: true) }
    var weight: TensorDescription { TensorDescription([inputs, outputs], batched: false) }
    var bias: TensorDescription { TensorDescription([outputs], batched: false) }
    var output: TensorDescription { TensorDescription([outputs], batched: true) }

    /// A batch of one, a last layer of few classes, a long narrow first layer, whole blocks and one more, and random ones.
    static func all(_ random: inout CaseGenerator) -> [DenseShape] {
        [
            DenseShape(inputs: 1, outputs: 1, capacity: 1), DenseShape(inputs: 64, outputs: 3, capacity: 32),
            DenseShape(inputs: 3001, outputs: 64, capacity: 5), DenseShape(inputs: 128, outputs: 128, capacity: 16),
            DenseShape(inputs: 129, outputs: 65, capacity: 33),
        ]
            + (0..<10).map { index in
                let limit = index < 6 ? 40 : 300
                return DenseShape(
                    inputs: random.int(1...limit), outputs: random.int(1...limit), capacity: random.int(1...12))
            }
    }
}
