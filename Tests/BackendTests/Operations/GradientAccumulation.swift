import OcellusGraph

extension GradientAccumulation: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        for index in inputs[0].values.indices {
            let gradient = inputs[0].values[index] / Double(invocation.lossScale)
            inputs[1].values[index] = invocation.accumulatesGradients ? inputs[1].values[index] + gradient : gradient
        }
        return []
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        random.parameters().flatMap { parameter in
            // What a sum was before the first run of a step must not matter.
            let nothing = TestInput(parameter, .values([Float](repeating: .nan, count: parameter.shape.count)))
            var first = random.operationCase(GradientAccumulation(), [TestInput(parameter), nothing])
            first.invocation.accumulatesGradients = false
            var later = random.operationCase(GradientAccumulation(), [TestInput(parameter), TestInput(parameter)])
            later.invocation.accumulatesGradients = true
            var scaled = (first, later)
            scaled.0.invocation.lossScale = 1024
            scaled.1.invocation.lossScale = 0.25
            return [first, later, scaled.0, scaled.1]
        }
    }
}
