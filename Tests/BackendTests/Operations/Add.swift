import OcellusGraph

extension Add: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var sum = inputs[0]
        for index in sum.values.indices { sum.values[index] += inputs[1].values[index] }
        return [sum]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.elementwiseShapes().map { random.operationCase(Add(), [TestInput($0), TestInput($0)]) }
    }
}
