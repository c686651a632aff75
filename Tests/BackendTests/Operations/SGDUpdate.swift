import OcellusGraph

extension SGDUpdate: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (learningRate, kept) = (
            Double(invocation.learningRate) * Double(rateFactor), Double(momentum(in: invocation))
        )
        for index in inputs[0].values.indices {
            let weight = inputs[0].values[index]
            let gradient = inputs[1].values[index] + Double(weightDecay) * weight
            guard momentum != 0 else {
                inputs[0].values[index] = weight - learningRate * gradient
                continue
            }
            let velocity = kept * inputs[2].values[index] + gradient
            inputs[2].values[index] = velocity
            inputs[0].values[index] = weight - learningRate * (isNesterov ? gradient + kept * velocity : velocity)
        }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let settings = [
            SGDUpdate(), SGDUpdate(momentum: 0.9), SGDUpdate(momentum: 0.9, isNesterov: true),
            SGDUpdate(weightDecay: 0.1), SGDUpdate(momentum: 0.8, isNesterov: true, weightDecay: 0.1),
        ]
        return settings.flatMap { operation in
            random.parameters().map { parameter in
                random.operationCase(
                    operation,
                    [TestInput](repeating: TestInput(parameter), count: operation.momentum == 0 ? 2 : 3))
            }
        }
    }
}
