import OcellusGraph

extension GradientUnscaling: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        inputs[0].values = inputs[0].values.map { $0 / Double(invocation.lossScale) }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        [Float(1), 1024, 0.25].flatMap { scale in
            random.parameters().map { parameter in
                var test = random.operationCase(GradientUnscaling(), [TestInput(parameter)])
                test.invocation.lossScale = scale
                return test
            }
        }
    }
}
