import OcellusGraph

extension StochasticDepth: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let philox = Philox(seed: invocation.seed)
        var y = inputs[0]
        let elements = y.description.shape.count
        for n in 0..<invocation.count {
            let words = philox.block(
                element: 0, sample: invocation.sampleOffset + n, step: invocation.step,
                purpose: .dropout(layer: layer))
            let factor = Philox.uniform(words[0]) >= rate ? 1 / (1 - Double(rate)) : 0
            for element in 0..<elements { y.values[n * elements + element] *= factor }
        }
        return [y]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        (random.pictures() + random.features()).enumerated().map { index, input in
            random.operationCase(
                StochasticDepth(rate: [0.5, 0.2, 0, 0.9][index % 4], layer: index),
                [TestInput(input, .uniform(0.5...1))], capacity: 7)
        }
    }
}
