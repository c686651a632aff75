import OcellusGraph

extension NonFiniteCheck: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var flag = try blankOutputs(inputs, invocation)[0]
        if inputs.contains(where: { $0.values.contains { !$0.isFinite } }) { flag.values[0] = 1 }
        return [flag]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        // More than a launch takes, with the odd one in each place in turn, and in none.
        let many = [0, 15, 16, 31, 32, 39, 40].map { odd in
            let inputs = (0..<40).map { place in
                let count = place % 7 + 1
                return TestInput(
                    TensorDescription([count], batched: false),
                    place == odd ? .values([Float](repeating: .infinity, count: count)) : .uniform(-1...1))
            }
            return random.operationCase(NonFiniteCheck(), inputs)
        }
        return many
            + random.parameters().flatMap { parameter in
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
