import OcellusGraph
import Testing

extension BackendSuite {
    /// The device runs the fused graph, planned; the oracle runs the unfused one, from the device's weights of that step.
    @Suite("Whole networks agree with the oracle") @DeviceActor struct NetworkTests {
        private static let capacity = 6

        @Test(arguments: TestedDevice.all.filter { !$0.isSimulated }, NetworkCase.all)
        func `Gradients of every parameter, at steps 0, 10 and 20`(_ device: TestedDevice, _ network: NetworkCase)
            throws
        {
            let backend = try device.backend()
            let graph = try network.training(fusingWhere: backend.supports)
            let store = ParameterStore(backend: backend)
            try store.add(graph, seed: 7)
            let plan = try Plan(graph, capacity: Self.capacity, parameters: store)
            for step in 0...20 {
                // The last batch of an epoch is smaller.
                let batch = Batch(network, step: step, count: step == 10 ? Self.capacity - 2 : Self.capacity)
                var before: [String: [Float]] = [:]
                for name in store.names { before[name] = try store.read(name) }
                try plan.write(batch.images, toInput: "images")
                try plan.write(batch.targets, toInput: "targets")
                try plan.run(batch.invocation)
                if step % 10 == 0 { try compare(plan, store, network, batch, before) }
            }
        }

        private func compare(
            _ plan: Plan, _ store: ParameterStore, _ network: NetworkCase, _ batch: Batch, _ before: [String: [Float]]
        ) throws {
            let graph = try network.training()
            let count = batch.invocation.count
            var oracle = OracleGraph(
                graph,
                stored: try graph.stored.reduce(into: [:]) { stored, entry in
                    let values = try #require(before[entry.key])
                    stored[entry.value] = OracleTensor(
                        graph[entry.value].description, samples: 1, values: values.map(Double.init))
                })
            let values = try oracle.run(
                graph.inputs.reduce(into: [:]) { inputs, entry in
                    let content = entry.key == "images" ? batch.images : batch.targets
                    inputs[entry.value] = OracleTensor(
                        graph[entry.value].description, samples: count, values: content.map(Double.init))
                }, batch.invocation)
            for (name, id) in graph.outputs {
                let expected = try #require(values[id])
                let actual = try plan.read(name, count: count).map(Double.init)
                let error = normalizedError(actual, expected.values)
                #expect(error <= tolerance, "step \(batch.invocation.step - 1), '\(name)': NMSE \(error)")
            }
            // Weights, statistics and moments after the step.
            for (name, id) in graph.stored {
                let expected = try #require(oracle.stored[id])
                let error = normalizedError(try store.read(name).map(Double.init), expected.values)
                #expect(error <= tolerance, "after step \(batch.invocation.step - 1), '\(name)': NMSE \(error)")
            }
        }
    }
}

/// Pictures with something to learn: each class is brighter in one channel.
struct Batch {
    let images: [Float]
    let targets: [Float]
    let invocation: Invocation

    init(_ network: NetworkCase, step: Int, count: Int) {
        var random = PhiloxSequence(seed: 3, purpose: .testing, step: step)
        var images: [Float] = []
        var targets: [Float] = []
        for sample in 0..<count {
            let label = (sample + step) % NetworkCase.classes
            targets += (0..<NetworkCase.classes).map { $0 == label ? 1 : 0 }
            images += (0..<network.inputShape.count).map { element in
                random.nextUniform() * (element % network.inputShape[-1] == label ? 1 : 0.6)
            }
        }
        self.images = images
        self.targets = targets
        invocation = Invocation(
            count: count, sampleOffset: 100 * step, step: step + 1, learningRate: network.learningRate, seed: 12)
    }
}
