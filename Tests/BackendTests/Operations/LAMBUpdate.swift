import Foundation
import OcellusGraph

extension LAMBUpdate: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let (kept1, kept2) = (Double(beta1(in: invocation)), Double(beta2))
        let step = Double(invocation.step)
        var updates: [Double] = []
        for index in inputs[0].values.indices {
            let gradient = inputs[1].values[index]
            inputs[2].values[index] = kept1 * inputs[2].values[index] + (1 - kept1) * gradient
            inputs[3].values[index] = kept2 * inputs[3].values[index] + (1 - kept2) * gradient * gradient
            let first = inputs[2].values[index] / (1 - pow(kept1, step))
            let second = (inputs[3].values[index] / (1 - pow(kept2, step))).squareRoot()
            updates.append(first / (second + Double(epsilon)) + Double(weightDecay) * inputs[0].values[index])
        }
        func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let norms = (norm(inputs[0].values), norm(updates))
        let trust = weightDecay != 0 && norms.0 > 0 && norms.1 > 0 ? norms.0 / norms.1 : 1
        let rate = Double(invocation.learningRate) * Double(rateFactor) * trust
        for index in updates.indices { inputs[0].values[index] -= rate * updates[index] }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let settings = [
            LAMBUpdate(epsilon: 1e-3), LAMBUpdate(beta1: 0.8, beta2: 0.9, epsilon: 1e-3, weightDecay: 0),
            LAMBUpdate(weightDecay: 0.1, rateFactor: 0.3),
        ]
        let drawn = settings.flatMap { operation in
            random.parameters().map { parameter in
                random.operationCase(
                    operation,
                    [
                        TestInput(parameter), TestInput(parameter), TestInput(parameter),
                        TestInput(parameter, .uniform(0.01...1)),
                    ])
            }
        }
        // A weight that is all zeros has no norm to go by.
        let parameter = TensorDescription([33], batched: false)
        let zeros = random.operationCase(
            LAMBUpdate(),
            [
                TestInput(parameter, .values([Float](repeating: 0, count: 33))), TestInput(parameter),
                TestInput(parameter), TestInput(parameter, .uniform(0.01...1)),
            ])
        return drawn + [zeros]
    }
}
