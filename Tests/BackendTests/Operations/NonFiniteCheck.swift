import OcellusGraph

extension NonFiniteCheck: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var flag = try blankOutputs(inputs, invocation)[0]
        if inputs.contains(where: { $0.values.contains { !$0.isFinite } }) { flag.values[0] = 1 }
        return [flag]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.parameters().flatMap { parameter in
            [nil, Float.infinity, -.infinity, .nan].map { odd in
                // The odd one out may be the last element of the last input.
                var values = [Float](repeating: 3e38, count: parameter.shape.count)
                if let odd { values[random.pick([0, values.count - 1, random.int(0...values.count - 1)])] = odd }
                let last = TestInput(parameter, .values(values))
                return random.operationCase(NonFiniteCheck(), [TestInput(parameter), TestInput(parameter), last])
            }
        }
    }
}
