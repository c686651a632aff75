import OcellusGraph

extension GradientClamp: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        inputs[0].values = inputs[0].values.map { max(-Double(limit), min(Double(limit), $0)) }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        [Float(0.5), 2].flatMap { limit in
            random.parameters().map { random.operationCase(GradientClamp(limit: limit), [TestInput($0)]) }
        }
    }
}
