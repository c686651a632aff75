import OcellusGraph
import Testing

@Suite("Keras, PyTorch and timm agree with the oracle") struct KerasOracleTests {
    @Test(arguments: GoldenCase.all) func `In layers, losses, gradients and optimisers`(_ golden: GoldenCase) throws {
        try golden.check { try $0.expected() }
    }
}

extension BackendSuite {
    @Suite("Keras, PyTorch and timm agree with every backend") @DeviceActor struct KerasTests {
        @Test(arguments: TestedDevice.all.filter { !$0.isSimulated }, GoldenCase.all)
        func `In layers, losses, gradients and optimisers`(_ device: TestedDevice, _ golden: GoldenCase) throws {
            let backend = try device.backend()
            try golden.check { try CaseRunner(backend, $0, .separate, isSimulated: false).run() }
        }
    }
}

extension GoldenCase {
    /// Runs the steps one after the other, each on what Keras gave or earlier steps computed, and compares.
    func check(_ evaluate: (OperationCase) throws -> CaseResult) throws {
        // Both sides compute in FP32, whose rounding is about 1e-14 in these terms.
        let tolerance = 1e-11
        var known = tensors.mapValues { OracleTensor($0.description, samples: samples, values: $0.numbers) }
        for (number, step) in steps.enumerated() {
            let inputs = try step.inputs.map { try #require(known[$0]) }
            let descriptions = inputs.map(\.description)
            let operation = try settings.operation(
                step.operation, inputs: descriptions, x: known["x"]?.description.shape ?? [])
            let invocation = Invocation(
                count: samples, step: number + 1,
                learningRate: settings.learningRates?[number] ?? settings.learningRate ?? 0,
                momentum: settings.momenta?[number])
            let test = OperationCase(
                operation: operation,
                inputs: inputs.map { TestInput($0.description, .values($0.values.map { Float($0) })) },
                capacity: samples, invocation: invocation, seed: 0)
            let result = try evaluate(test)
            var computed = Array(zip(step.outputs, result.outputs))
            for (index, tensor) in result.mutated.sorted(by: { $0.key < $1.key }) {
                if let name = step.mutated["\(index)"] { computed.append((name, tensor)) }
            }
            for (name, tensor) in computed {
                if let golden = tensors[name] {
                    let error = normalizedError(tensor.values, golden.numbers)
                    #expect(error <= tolerance, "\(step.operation): '\(name)' differs, NMSE \(error)")
                } else {
                    known[name] = tensor
                }
            }
        }
    }
}
