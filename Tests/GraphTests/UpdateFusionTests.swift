import OcellusGraph
import Testing

@Suite("Fusion of updates")
struct UpdateFusionTests {
    /// A dense layer's training step.
    private func graph(
        _ update: SGDUpdate = SGDUpdate(), change: (inout Graph, _ gradient: ValueID) throws -> Void = { _, _ in }
    ) throws -> Graph {
        var graph = Graph()
        let images = try graph.input("images", [10])
        let weight = try graph.parameter("weight", [10, 3], .ones)
        let logits = try graph.append(Dense(hasBias: false), [images, weight], layer: "dense")[0]
        let targets = try graph.input("targets", [3])
        let loss = try graph.append(SoftmaxCrossEntropy(), [logits, targets], layer: "loss")[0]
        let gradients = try graph.differentiate(loss, withRespectTo: [weight])
        let gradient = try #require(gradients[weight])
        try change(&graph, gradient)
        let velocity = update.momentum == 0 ? [] : [try graph.state("velocity", [10, 3], .zeros)]
        try graph.append(update, [weight, gradient] + velocity, layer: "weight", phase: .update)
        return graph
    }

    @Test("a dense layer's weight gradient and its update become one operation, in the phase of updates")
    func joined() throws {
        var graph = try graph(SGDUpdate(momentum: 0.9))
        graph.fuseUpdates { _, _, _ in true }
        #expect(graph.nodes.filter { $0.operation is DenseWeightGradient }.isEmpty)
        let node = try #require(graph.nodes.last)
        let fused = try #require(node.operation as? DenseWeightUpdate)
        #expect(fused.update as? SGDUpdate == SGDUpdate(momentum: 0.9))
        #expect(node.phase == .update && node.outputs.isEmpty)
        // x, dy, weight, velocity, of which the last two change.
        #expect(node.inputs.map { graph[$0].description.shape } == [[10], [3], [10, 3], [10, 3]])
        #expect(fused.mutatedInputs == [2, 3])
    }

    @Test("a gradient that the host or another operation reads is made by itself")
    func readElsewhere() throws {
        for change in [
            { graph, gradient in graph.output("gradient", gradient) },
            { graph, gradient in try graph.append(Activation(.relu), [gradient], layer: "other", phase: .backward) },
        ] as [(inout Graph, ValueID) throws -> Void] {
            var graph = try graph(change: change)
            let before = graph.nodes.map(\.operation.name)
            graph.fuseUpdates { _, _, _ in true }
            #expect(graph.nodes.map(\.operation.name) == before)
        }
    }

    @Test("what a backend cannot run fused stays as it was")
    func unsupported() throws {
        var graph = try graph()
        let before = graph.nodes.map(\.operation.name)
        graph.fuseUpdates { operation, _, _ in !(operation is DenseWeightUpdate) }
        #expect(graph.nodes.map(\.operation.name) == before)
    }

    /// Updates of parameters, and of their averages after them.
    private func updates(of count: Int) throws -> Graph {
        var graph = Graph()
        let gradients = try (0..<count).map { try graph.state("gradient \($0)", [3], .ones) }
        let weights = try (0..<count).map { try graph.parameter("weight \($0)", [3], .ones) }
        for (index, (weight, gradient)) in zip(weights, gradients).enumerated() {
            let update = SGDUpdate(weightDecay: index % 2 == 0 ? 0.1 : 0)
            try graph.append(update, [weight, gradient], layer: graph[weight].name, phase: .update)
        }
        for weight in weights {
            let average = try graph.state("average of " + graph[weight].name, [3], .ones)
            let update = MovingAverage(decay: 0.9, warmsUp: false)
            try graph.append(update, [average, weight], layer: graph[weight].name, phase: .update)
        }
        return graph
    }

    @Test("equal updates are joined, as many as may be, and averages still follow all of them")
    func joinedUpdates() throws {
        var graph = try updates(of: 35)
        let before = graph
        graph.joinUpdates { _, _, _ in true }
        let joined = graph.nodes.compactMap { $0.operation as? JoinedUpdates }
        // 18 with decay: 16 and 2. 17 without: 16, and one that is left alone. 35 averages: 16, 16 and 3.
        #expect(joined.map(\.count).sorted() == [2, 3, 16, 16, 16, 16])
        #expect(graph.nodes.count == 7)
        let isAverage = graph.nodes.map { node in
            (node.operation as? JoinedUpdates)?.update is MovingAverage || node.operation is MovingAverage
        }
        #expect(isAverage == [false, false, false, false, true, true, true])
        func inputs(_ graph: Graph) -> [[ValueID]] {
            graph.nodes.flatMap { node in
                (node.operation as? JoinedUpdates)?.parts(of: node.inputs) ?? [node.inputs]
            }
        }
        #expect(Set(inputs(graph)) == Set(inputs(before)))
        let decayed = try #require(graph.nodes.first { ($0.operation as? JoinedUpdates)?.count == 2 })
        #expect((decayed.operation as? JoinedUpdates)?.update as? SGDUpdate == SGDUpdate(weightDecay: 0.1))
        #expect(decayed.layer == "weight 32 and 1 more")
        #expect(decayed.operation.mutatedInputs == [0, 2])
    }

    @Test("updates that a backend cannot join stay as they were")
    func apart() throws {
        var graph = try updates(of: 3)
        let before = graph.nodes.map(\.layer)
        graph.joinUpdates { _, _, _ in false }
        #expect(graph.nodes.map(\.layer) == before)
    }
}
