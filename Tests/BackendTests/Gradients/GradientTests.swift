import OcellusGraph
import Testing

@Suite("Gradients agree with central differences of the oracle") struct GradientTests {
    /// In `Double`, with a step of 1e-5, differences are good to about ten digits.
    let tolerance = 1e-14

    @Test(arguments: GradientCase.all) func `Of each operation`(_ test: GradientCase) throws {
        var network = OracleLoss(samples: 2)
        let inputs = try test.inputs.enumerated().map { try network.add("input \($0)", $1) }
        try network.close(network.append(test.operation, inputs))
        let targets = test.differentiable.map { inputs[$0] }
        let gradients = try network.gradients(by: inputs)
        #expect(Set(gradients.keys) == Set(targets))
        try expectAgreement(network, gradients)
    }

    @Test(arguments: [
        SoftmaxCrossEntropy(), SoftmaxCrossEntropy(labelSmoothing: 0.1),
        SoftmaxCrossEntropy(labelSmoothing: 0.2, classWeights: [0.5, 2, 1]),
    ])
    func `Of the loss`(_ operation: SoftmaxCrossEntropy) throws {
        var network = OracleLoss(samples: 4)
        let logits = try network.add("logits", TestInput(TensorDescription([3], batched: true), .uniform(-3...3)))
        try network.closeWithLogits(logits, operation)
        try expectAgreement(network, network.gradients(by: [logits]))
    }

    @Test func `Of a value that several operations use`() throws {
        var network = OracleLoss(samples: 2)
        let x = try network.add("x", TestInput(TensorDescription([3, 3, 2], batched: true)))
        let filter = try network.add("filter", TestInput(TensorDescription([3, 3, 2, 2], batched: false)))
        let convolution = Convolution(Window(3, padding: .same), hasBias: false)
        // The filter is used twice, x three times, once on both sides of one sum.
        let first = try network.append(convolution, [x, filter])
        let sum = try network.append(Add(), [first, x])
        let second = try network.append(convolution, [sum, filter])
        let doubled = try network.append(Add(), [x, x])
        try network.close(network.append(Concatenate(), [second, doubled]))
        try expectAgreement(network, network.gradients(by: [x, filter]))
    }

    @Test func `Only those asked for are computed`() throws {
        var network = OracleLoss(samples: 1)
        let x = try network.add("x", TestInput(TensorDescription([4, 4, 1], batched: true)))
        let filter = try network.add("filter", TestInput(TensorDescription([3, 3, 1, 2], batched: false)))
        let y = try network.append(Convolution(Window(3), hasBias: false), [x, filter])
        try network.close(y)
        var graph = network.graph
        let loss = try #require(network.loss)
        let gradients = try graph.differentiate(loss, withRespectTo: [filter])
        #expect(Set(gradients.keys) == [filter])
        let names = graph.nodes.filter { $0.phase == .backward }.map(\.operation.name)
        #expect(names.contains(ConvolutionFilterGradient.name))
        #expect(!names.contains(ConvolutionInputGradient.name))
    }

    private func expectAgreement(_ network: OracleLoss, _ gradients: [ValueID: OracleTensor]) throws {
        #expect(!gradients.isEmpty)
        for (target, gradient) in gradients {
            let differences = try network.centralDifferences(by: target)
            let error = normalizedError(gradient.values, differences)
            #expect(error <= tolerance, "the gradient by '\(network.graph[target].name)' is off: \(error)")
            #expect(differences.contains { abs($0) > 1e-4 })
        }
    }
}
