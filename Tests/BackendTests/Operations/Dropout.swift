import OcellusGraph

extension Dropout: TestedOperation {
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        let philox = Philox(seed: invocation.seed)
        var y = inputs[0]
        let elementsPerSample = y.description.shape.count
        for n in 0..<invocation.count {
            for element in 0..<elementsPerSample {
                let words = philox.block(
                    element: element / 4, sample: invocation.sampleOffset + n, step: invocation.step,
                    purpose: .dropout(layer: layer))
                let isKept = Philox.uniform(words[element % 4]) >= rate
                y.values[n * elementsPerSample + element] *= isKept ? 1 / (1 - Double(rate)) : 0
            }
        }
        return [y]
    }

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        (random.pictures() + random.features()).enumerated().map { index, input in
            // Inputs away from zero, so that an element is zero in the output where the mask is, and only there.
            random.operationCase(
                Dropout(rate: [0.5, 0.2, 0, 0.9][index % 4], layer: index), [TestInput(input, .uniform(0.5...1))])
        }
    }
}
