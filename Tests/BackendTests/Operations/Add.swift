import OcellusGraph

extension Add: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var sum = inputs[0]
        for index in sum.values.indices { sum.values[index] += inputs[1].values[index] }
        return [sum.map(activation.value)]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        ActivationFunction.allCases.flatMap { function in
            random.elementwiseShapes().map {
                random.operationCase(
                    Add(activation: function), [TestInput($0, .uniform(-5...5)), TestInput($0, .uniform(-5...5))])
            }
        }
    }
}
