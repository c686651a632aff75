import OcellusGraph
import Testing

@Suite("Fusion")
struct FusionTests {
    private func graph(_ make: (inout Graph, ValueID) throws -> ValueID) throws -> Graph {
        var graph = Graph()
        let input = try graph.input("images", [10, 10, 3])
        graph.output("y", try make(&graph, input))
        return graph
    }

    private func convolution(_ graph: inout Graph, _ input: ValueID, _ name: String = "conv") throws -> ValueID {
        let filter = try graph.parameter("\(name).weight", [3, 3, 3, 8], .zeros)
        let bias = try graph.parameter("\(name).bias", [8], .zeros)
        return try graph.append(Convolution(Window(3)), [input, filter, bias], layer: name)[0]
    }

    @Test("convolution, activation and 2×2 pooling become one operation")
    func pooledConvolution() throws {
        var graph = try graph { graph, input in
            let y = try convolution(&graph, input)
            let z = try graph.append(Activation(.relu), [y], layer: "relu")[0]
            return try graph.append(MaxPooling(PooledConvolution.pooling), [z], layer: "pool")[0]
        }
        graph.fuse { _, _, _ in true }
        #expect(graph.nodes.count == 1)
        let fused = try #require(graph.nodes[0].operation as? PooledConvolution)
        #expect(fused.convolution.activation == .relu && fused.keepsWinners)
        #expect(graph.nodes[0].inputs.count == 3 && graph.nodes[0].outputs.count == 2)
    }

    @Test("what a backend cannot run fused stays as it was")
    func unsupported() throws {
        var graph = try graph { graph, input in
            let y = try convolution(&graph, input)
            let z = try graph.append(Activation(.relu), [y], layer: "relu")[0]
            return try graph.append(MaxPooling(PooledConvolution.pooling), [z], layer: "pool")[0]
        }
        graph.fuse { operation, _, _ in !(operation is PooledConvolution) }
        #expect(graph.nodes.map(\.operation.name) == ["convolution", "maxPooling"])
        #expect((graph.nodes[0].operation as? Convolution)?.activation == .relu)
    }

    @Test("a convolution that something else reads too keeps its output")
    func severalReaders() throws {
        var graph = try graph { graph, input in
            let y = try convolution(&graph, input)
            let z = try graph.append(Activation(.relu), [y], layer: "relu")[0]
            return try graph.append(Add(), [y, z], layer: "add")[0]
        }
        graph.fuse { _, _, _ in true }
        #expect(graph.nodes.map(\.operation.name) == ["convolution", "activation", "add"])
    }

    @Test("a convolution whose output the host reads keeps it")
    func hostReads() throws {
        var graph = try graph { graph, input in
            let y = try convolution(&graph, input)
            graph.output("before", y)
            return try graph.append(Activation(.relu), [y], layer: "relu")[0]
        }
        graph.fuse { _, _, _ in true }
        #expect(graph.nodes.count == 2)
    }

    @Test("pooling with another window or stride is not fused")
    func otherPooling() throws {
        for window in [Window(3, stride: 2), Window(2, stride: 1), Window(2, stride: 2, padding: .same)] {
            var graph = try graph { graph, input in
                let y = try convolution(&graph, input)
                return try graph.append(MaxPooling(window), [y], layer: "pool")[0]
            }
            graph.fuse { _, _, _ in true }
            #expect(graph.nodes.count == 2)
        }
    }

    @Test("a convolution takes on the residual that is added to it, and the activation after")
    func residual() throws {
        func block() throws -> Graph {
            try graph { graph, input in
                let short = try convolution(&graph, input, "short")
                let long = try convolution(&graph, input, "long")
                let sum = try graph.append(Add(), [long, short], layer: "add")[0]
                return try graph.append(Activation(.relu), [sum], layer: "relu")[0]
            }
        }
        var fused = try block()
        fused.fuse { _, _, _ in true }
        #expect(fused.nodes.map(\.operation.name) == ["convolution", "residualConvolution"])
        #expect((fused.nodes[1].operation as? ResidualConvolution)?.convolution.activation == .relu)
        // The later convolution adds what the earlier one gave.
        #expect(fused.nodes[1].layer == "long" && fused.nodes[1].inputs.last == fused.nodes[0].outputs[0])
        var unfused = try block()
        unfused.fuse { operation, _, _ in !(operation is ResidualConvolution) }
        #expect(unfused.nodes.map(\.operation.name) == ["convolution", "convolution", "add"])
        #expect((unfused.nodes[2].operation as? Add)?.activation == .relu)
    }

    @Test("a sum of a convolution with itself stays a sum")
    func doubled() throws {
        var graph = try graph { graph, input in
            let y = try convolution(&graph, input)
            return try graph.append(Add(), [y, y], layer: "add")[0]
        }
        graph.fuse { _, _, _ in true }
        #expect(graph.nodes.map(\.operation.name) == ["convolution", "add"])
    }

    @Test("batch normalisation takes on the activation after it, and keeps what its gradient needs")
    func normalization() throws {
        var graph = try graph { graph, input in
            let channels = try ["weight", "bias"].map { try graph.parameter("bn.\($0)", [3], .ones) }
            let statistics = try ["mean", "variance"].map { try graph.state("bn.\($0)", [3], .ones) }
            let y = try graph.append(BatchNormalization(), [input] + channels + statistics, layer: "bn")[0]
            return try graph.append(Activation(.relu6), [y], layer: "relu")[0]
        }
        let y = graph.outputs["y"]
        graph.fuse { _, _, _ in true }
        #expect(graph.nodes.count == 1)
        #expect((graph.nodes[0].operation as? BatchNormalization)?.activation == .relu6)
        #expect(graph.nodes[0].outputs.count == 3 && graph.nodes[0].outputs[0] == y)
    }

    @Test("in training, an activation whose gradient takes its input is joined to batch normalisation alone")
    func keptGradients() throws {
        for (function, keepsGradients, count) in [
            (ActivationFunction.silu, true, 2), (.silu, false, 1), (.relu, true, 1),
        ] {
            var graph = try graph { graph, input in
                let y = try convolution(&graph, input)
                return try graph.append(Activation(function), [y], layer: "activation")[0]
            }
            graph.fuse(keepsGradients: keepsGradients) { _, _, _ in true }
            #expect(graph.nodes.count == count)
        }
    }

    @Test("an activation that falls somewhere does not change places with pooling")
    func falling() throws {
        var graph = try graph { graph, input in
            let y = try convolution(&graph, input)
            let z = try graph.append(Activation(.hardSwish), [y], layer: "activation")[0]
            return try graph.append(MaxPooling(PooledConvolution.pooling), [z], layer: "pool")[0]
        }
        graph.fuse { _, _, _ in true }
        #expect(graph.nodes.map(\.operation.name) == ["convolution", "maxPooling"])
    }

    @Test("what nobody reads is removed")
    func unused() throws {
        var graph = try graph { graph, input in
            let y = try convolution(&graph, input)
            _ = try graph.append(Activation(.relu), [y], layer: "relu")
            return y
        }
        graph.removeUnused()
        #expect(graph.nodes.map(\.operation.name) == ["convolution"])
    }
}
