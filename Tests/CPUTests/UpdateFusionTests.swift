import OcellusCPU
import OcellusGraph
import Testing

@Suite struct UpdateFusionTests {
    @Test(arguments: InstructionSet.available)
    func anUpdateJoinedWithItsGradientGivesTheSameBits(instructionSet: InstructionSet) throws {
        for update in [AdamUpdate(weightDecay: 0.1), SGDUpdate(momentum: 0.9)] as [any ParameterUpdate] {
            let results = try [false, true].map { isFused in
                try train(update, isFused: isFused, on: CPUBackend(threads: 2, instructionSet: instructionSet))
            }
            #expect(results[0] == results[1])
        }
    }

    /// Weights and states after a few steps of one dense layer.
    private func train(_ update: any ParameterUpdate, isFused: Bool, on backend: CPUBackend) throws -> [[Float]] {
        let (samples, features, classes) = (5, 301, 67)
        var graph = Graph()
        let images = try graph.input("images", [features])
        let weight = try graph.parameter("weight", [features, classes], .uniform(limit: 0.1))
        let logits = try graph.append(Dense(hasBias: false), [images, weight], layer: "dense")[0]
        let targets = try graph.input("targets", [classes])
        let loss = try graph.append(SoftmaxCrossEntropy(), [logits, targets], layer: "loss")[0]
        let gradients = try graph.differentiate(loss, withRespectTo: [weight])
        let states = try update.mutatedInputs.dropFirst().map {
            try graph.state("state \($0)", [features, classes], .zeros)
        }
        try graph.append(update, [weight, #require(gradients[weight])] + states, layer: "weight", phase: .update)
        if isFused { graph.fuseUpdates(where: backend.supports) }
        #expect(graph.nodes.contains { $0.operation is DenseWeightUpdate } == isFused)
        let store = ParameterStore(backend: backend)
        try store.add(graph, seed: 1)
        let plan = try Plan(graph, capacity: samples, parameters: store)
        try plan.write(randomValues(samples * features, seed: 2), toInput: "images")
        try plan.write([Float](repeating: 1 / Float(classes), count: samples * classes), toInput: "targets")
        // The last batch is smaller.
        for step in 1...3 {
            try plan.run(Invocation(count: step == 3 ? 2 : samples, step: step, learningRate: 0.01))
        }
        return try store.names.map { try store.read($0) }
    }
}
