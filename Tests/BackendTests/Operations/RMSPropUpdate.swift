import OcellusGraph

extension RMSPropUpdate: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let rate = Double(invocation.learningRate) * Double(rateFactor)
        let (kept, small) = (Double(rho), Double(epsilon))
        for index in inputs[0].values.indices {
            let weight = inputs[0].values[index]
            let gradient = inputs[1].values[index] + Double(weightDecay) * weight
            let square = kept * inputs[2].values[index] + (1 - kept) * gradient * gradient
            inputs[2].values[index] = square
            var step =
                followsTensorFlow
                ? rate * gradient / (square + small).squareRoot() : gradient / (square.squareRoot() + small)
            if momentum != 0 {
                step += Double(momentum(in: invocation)) * inputs[3].values[index]
                inputs[3].values[index] = step
            }
            inputs[0].values[index] = weight - (followsTensorFlow ? step : rate * step)
        }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let settings = [
            RMSPropUpdate(epsilon: 1e-3), RMSPropUpdate(rho: 0.9, epsilon: 1e-3, momentum: 0.9),
            RMSPropUpdate(weightDecay: 0.1, rateFactor: 0.3), RMSPropUpdate(epsilon: 1e-3, followsTensorFlow: true),
            RMSPropUpdate(rho: 0.9, momentum: 0.8, weightDecay: 0.1, followsTensorFlow: true),
        ]
        return settings.flatMap { operation in
            random.parameters().map { parameter in
                let states = [TestInput(parameter, .uniform(0.01...1)), TestInput(parameter)]
                return random.operationCase(
                    operation,
                    [TestInput(parameter), TestInput(parameter)] + states.prefix(operation.momentum == 0 ? 1 : 2))
            }
        }
    }
}
