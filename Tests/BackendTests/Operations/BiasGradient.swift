import OcellusGraph

extension BiasGradient: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let dy = inputs[0]
        var db = try blankOutputs(inputs, invocation)[0]
        for index in dy.values.indices { db.values[index % dy.channels] += dy.values[index] }
        return [db]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        (random.pictures() + random.features()).map { random.operationCase(BiasGradient(), [TestInput($0)]) }
    }
}
