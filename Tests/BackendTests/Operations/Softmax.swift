import Foundation
import OcellusGraph

extension Softmax: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var result = inputs[0]
        let classes = result.channels
        for start in stride(from: 0, to: result.values.count, by: classes) {
            let row = start..<start + classes
            let largest = result.values[row].max() ?? 0
            let exponentials = result.values[row].map { exp($0 - largest) }
            let sum = exponentials.reduce(0, +)
            result.values.replaceSubrange(row, with: exponentials.map { $0 / sum })
        }
        return [result]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.features().enumerated().map { index, input in
            // Logits up to ±200: exp of them overflows unless the largest is taken away first.
            random.operationCase(Softmax(), [TestInput(input, .uniform(index % 2 == 0 ? -4...4 : -200...200))])
        }
    }
}
