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
}
