import OcellusGraph
import Testing

@Suite("Folding of scales and shifts")
struct FoldingTests {
    /// γ = 2, β = 1, mean 3, variance 4 − ε: y = (x − 3) + 1.
    private func values(_ name: String) -> [Float] {
        switch name {
        case "w": [5, 7]
        case "b": [1, 2]
        case "gamma": [2, 2]
        case "beta": [1, 1]
        case "mean": [3, 3]
        case "scale": [10, 100]
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
            let (weight, bias) = try (#require(graph.stored["w"]), #require(graph.stored[hasBias ? "b" : "beta"]))
            let folded = try graph.foldScales { values($0) }
            #expect(folded["w (folded)"] == [5, 3.5])
            #expect(folded[hasBias ? "b (folded)" : "beta (folded)"] == (hasBias ? [-1, 0.5] : [-2, -0.5]))
            #expect(graph.nodes.count == 1)
            #expect((graph.nodes[0].operation as? Convolution)?.hasBias == true)
            #expect(Array(graph.nodes[0].inputs.dropFirst()) == [weight, bias])
            #expect(graph.nodes[0].outputs == [try #require(graph.outputs["z"])])
            // A store that has the weights as they were has them still.
            #expect(graph[weight].name == "w (folded)" && graph.stored["w"] == nil)
        }
    }

    @Test("a scale that all samples share is taken on too, with a bias and without, and after a normalisation")
    func foldsScales() throws {
        for (hasBias, isNormalized) in [(false, false), (true, false), (true, true)] {
            var graph = Graph()
            var inputs = [try graph.input("x", [2, 2, 1]), try graph.parameter("w", [1, 1, 1, 2], .zeros)]
            if hasBias { inputs.append(try graph.parameter("b", [2], .zeros)) }
            var y = try graph.append(Convolution(Window(1), hasBias: hasBias), inputs, layer: "conv")[0]
            if isNormalized {
                var normalization = [y]
                for name in ["gamma", "beta"] { normalization.append(try graph.parameter(name, [2], .zeros)) }
                for name in ["mean", "variance"] { normalization.append(try graph.state(name, [2], .zeros)) }
                y = try graph.append(BatchNormalizationInference(epsilon: 0), normalization, layer: "bn")[0]
            }
            let scale = try graph.parameter("scale", [2], .zeros)
            graph.output("z", try graph.append(ChannelScale(), [y, scale], layer: "scale")[0])
            let folded = try graph.foldScales { values($0) }
            #expect(folded["w (folded)"] == (isNormalized ? [50, 350] : [50, 700]))
            #expect(folded["b (folded)"] == (hasBias ? (isNormalized ? [-10, 50] : [10, 200]) : nil))
            #expect(folded.count == (hasBias ? 2 : 1) && graph.nodes.count == 1)
            #expect((graph.nodes[0].operation as? Convolution)?.hasBias == hasBias)
            #expect(graph.nodes[0].inputs.count == (hasBias ? 3 : 2))
        }
    }

    @Test("a scale of each sample stays")
    func keepsScaleOfSamples() throws {
        var graph = Graph()
        let inputs = [try graph.input("x", [2, 2, 1]), try graph.parameter("w", [1, 1, 1, 2], .zeros)]
        let y = try graph.append(Convolution(Window(1), hasBias: false), inputs, layer: "conv")[0]
        graph.output("z", try graph.append(ChannelScale(), [y, graph.input("s", [2])], layer: "scale")[0])
        #expect(try graph.foldScales { values($0) }.isEmpty && graph.nodes.count == 2)
    }

    @Test("what comes after an activation, or is read by others too, stays")
    func stays() throws {
        for var graph in [try graph(activation: .relu), try graph(isReadTwice: true)] {
            let count = graph.nodes.count
            #expect(try graph.foldScales { values($0) }.isEmpty)
            #expect(graph.nodes.count == count && graph.stored["w"] != nil)
        }
    }
}
