import OcellusGraph
import Testing

@Suite("Folding of batch normalisation")
struct FoldingTests {
    /// γ = 2, β = 1, mean 3, variance 4 − ε: y = (x − 3) + 1.
    private func values(_ name: String) -> [Float] {
        switch name {
        case "w": [5, 7]
        case "b": [1, 2]
        case "gamma": [2, 2]
        case "beta": [1, 1]
        case "mean": [3, 3]
        default: [4, 16]
        }
    }

    private func graph(
        activation: ActivationFunction = .identity, hasBias: Bool = false, isReadTwice: Bool = false
    ) throws -> Graph {
        var graph = Graph()
        let x = try graph.input("x", [2, 2, 1])
        var inputs = [x, try graph.parameter("w", [1, 1, 1, 2], .zeros)]
        if hasBias { inputs.append(try graph.parameter("b", [2], .zeros)) }
        let convolution = Convolution(Window(1), hasBias: hasBias, activation: activation)
        let y = try graph.append(convolution, inputs, layer: "conv")[0]
        var normalization = [y]
        for name in ["gamma", "beta"] { normalization.append(try graph.parameter(name, [2], .zeros)) }
        for name in ["mean", "variance"] { normalization.append(try graph.state(name, [2], .zeros)) }
        let z = try graph.append(BatchNormalizationInference(epsilon: 0), normalization, layer: "bn")[0]
        graph.output("z", isReadTwice ? try graph.append(Add(), [y, z], layer: "add")[0] : z)
        return graph
    }

    @Test("a convolution takes on the scale and the shift")
    func folds() throws {
        for hasBias in [false, true] {
            var graph = try graph(hasBias: hasBias)
            let (weight, bias) = try (#require(graph.stored["w"]), #require(graph.stored["beta"]))
            let folded = try graph.foldBatchNormalization { values($0) }
            #expect(folded["w (folded)"] == [5, 3.5])
            #expect(folded["beta (folded)"] == (hasBias ? [-1, 0.5] : [-2, -0.5]))
            #expect(graph.nodes.count == 1)
            #expect((graph.nodes[0].operation as? Convolution)?.hasBias == true)
            #expect(Array(graph.nodes[0].inputs.dropFirst()) == [weight, bias])
            #expect(graph.nodes[0].outputs == [try #require(graph.outputs["z"])])
            // A store that has the weights as they were has them still.
            #expect(graph[weight].name == "w (folded)" && graph.stored["w"] == nil)
        }
    }

    @Test("what comes after an activation, or is read by others too, stays")
    func stays() throws {
        for var graph in [try graph(activation: .relu), try graph(isReadTwice: true)] {
            let count = graph.nodes.count
            #expect(try graph.foldBatchNormalization { values($0) }.isEmpty)
            #expect(graph.nodes.count == count && graph.stored["w"] != nil)
        }
    }
}
