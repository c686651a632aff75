import Foundation
import OcellusGraph

extension MovingAverage: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let growing = 1 - pow(Double(invocation.step), -2.0 / 3)
        let kept = warmsUp ? min(Double(decay), growing) : Double(decay)
        for index in inputs[0].values.indices {
            inputs[0].values[index] = kept * inputs[0].values[index] + (1 - kept) * inputs[1].values[index]
        }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let settings = [
            MovingAverage(decay: 0.999, warmsUp: false), MovingAverage(decay: 0.3, warmsUp: false),
            MovingAverage(decay: 0.9998, warmsUp: true),
        ]
        let drawn = settings.flatMap { operation in
            random.parameters().map { random.operationCase(operation, [TestInput($0), TestInput($0)]) }
        }
        let parameter = TensorDescription([70], batched: false)
        let first = (1...3).map { step in
            var test = random.operationCase(
                MovingAverage(decay: 0.99, warmsUp: true), [TestInput(parameter), TestInput(parameter)])
            test.invocation.step = step
            return test
        }
        return drawn + first
    }
}
