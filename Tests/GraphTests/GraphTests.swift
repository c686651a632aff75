import OcellusGraph
import Testing

@Suite("Graph") struct GraphTests {
    @Test func `Inputs, parameters, states and outputs are found by name`() throws {
        var graph = Graph()
        let x = try graph.input("x", [8])
        let weight = try graph.parameter("weight", [8, 2], .zeros)
        let counter = try graph.state("counter", [1], .zeros)
        let y = try graph.append(Dense(hasBias: false), [x, weight], layer: "dense")[0]
        graph.output("y", y)
        #expect(graph.inputs == ["x": x])
        #expect(graph.stored == ["weight": weight, "counter": counter])
        #expect(graph.parameters == [weight])
        #expect(graph.storedValues == [weight, counter])
        #expect(graph.outputs == ["y": y])
        #expect(graph[y].description == TensorDescription([2], batched: true))
        #expect(graph[y].kind == .activation)
    }

    @Test func `Two parameters of one name are refused`() throws {
        var graph = Graph()
        _ = try graph.parameter("weight", [1], .zeros)
        let error = #expect(throws: GraphError.self) { _ = try graph.state("weight", [1], .zeros) }
        #expect(error?.description == "two parameters are named 'weight'")
    }

    @Test func `A shape error names the layer, the operation and both shapes`() throws {
        var graph = Graph()
        let picture = try graph.input("picture", [8, 8, 3])
        let filter = try graph.parameter("filter", [3, 3, 4, 16], .zeros)
        let error = #expect(throws: GraphError.self) {
            try graph.append(Convolution(Window(3), hasBias: false), [picture, filter], layer: "first")
        }
        #expect(
            error?.description
                == "layer 'first' (convolution): its filter is [3, 3, 4, 16], but a 3×3 kernel over the input "
                + "[N, 8, 8, 3] wants [3, 3, 3, output channels]")
    }

    @Test func `A failed append leaves the graph as it was`() throws {
        var graph = Graph()
        let x = try graph.input("x", [3])
        let y = try graph.input("y", [4])
        #expect(throws: GraphError.self) { try graph.append(Add(), [x, y], layer: "sum") }
        #expect(graph.nodes.isEmpty)
        #expect(graph.values.count == 2)
    }

    @Test func `Cost counts two operations for each multiply-add of a batch`() throws {
        var graph = Graph()
        let picture = try graph.input("picture", [6, 6, 3])
        let filter = try graph.parameter("filter", [3, 3, 3, 16], .zeros)
        try graph.append(Convolution(Window(3), hasBias: false), [picture, filter], layer: "first")
        let cost = graph.cost(samples: 5)
        #expect(cost.flops == 5 * 2 * (4 * 4 * 16) * (3 * 3 * 3))
        #expect(cost.bytes == 4 * (5 * 6 * 6 * 3 + 3 * 3 * 3 * 16 + 5 * 4 * 4 * 16))
        #expect(graph.cost(samples: 5, phases: .backward ... .update) == Cost(flops: 0, bytes: 0))
    }
}
