import Foundation
import OcellusGraph

extension AdamUpdate: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let learningRate = Double(invocation.learningRate) * Double(rateFactor)
        let (kept1, kept2) = (Double(beta1(in: invocation)), Double(beta2))
        let step = Double(invocation.step)
        let stepSize = learningRate * (1 - pow(kept2, step)).squareRoot() / (1 - pow(kept1, step))
        for index in inputs[0].values.indices {
            var weight = inputs[0].values[index]
            var gradient = inputs[1].values[index]
            if isDecoupled {
                weight -= learningRate * Double(weightDecay) * weight
            } else {
                gradient += Double(weightDecay) * weight
            }
            inputs[2].values[index] += (gradient - inputs[2].values[index]) * (1 - kept1)
            inputs[3].values[index] += (gradient * gradient - inputs[3].values[index]) * (1 - kept2)
            let change = stepSize * inputs[2].values[index] / (inputs[3].values[index].squareRoot() + Double(epsilon))
            inputs[0].values[index] = weight - change
        }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let settings = [
            AdamUpdate(), AdamUpdate(beta1: 0.8, beta2: 0.9, epsilon: 1e-3), AdamUpdate(weightDecay: 0.1),
            AdamUpdate(weightDecay: 0.1, isDecoupled: false), AdamUpdate(weightDecay: 0.1, rateFactor: 0.3),
        ]
        return settings.flatMap { operation in
            random.parameters().map { parameter in
                random.operationCase(
                    operation,
                    [
                        TestInput(parameter), TestInput(parameter), TestInput(parameter),
                        TestInput(parameter, .uniform(0.01...1)),
                    ])
            }
        }
    }
}
