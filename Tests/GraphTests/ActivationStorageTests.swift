import OcellusGraph
import Testing

@Suite("Storing activations in fewer bits")
struct ActivationStorageTests {
    /// As OpenCL does: products take any mix, losses FP32 alone, and the others all activations alike.
    private func supports(_ operation: any Operation, _ inputs: [TensorDescription], _ outputs: [TensorDescription])
        -> Bool
    {
        let types = Set((inputs + outputs).filter { $0.isBatched && $0.elementType.isFloating }.map(\.elementType))
        switch operation {
        case is Dense, is DenseInputGradient, is DenseWeightGradient: return true
        case is SoftmaxCrossEntropy, is SoftmaxCrossEntropyGradient: return types == [.float32]
        case is Convert: return types.count == 2
        default: return types.count <= 1
        }
    }

    /// A training step of a convolution, a pooling, a dense layer, a residual.
    private func graph() throws -> Graph {
        var graph = Graph()
        let images = try graph.input("images", [8, 8, 4])
        let filter = try graph.parameter("filter", [3, 3, 4, 4], .zeros)
        let convolution = Convolution(Window(3, padding: .same), hasBias: false)
        let first = try graph.append(convolution, [images, filter], layer: "first")[0]
        let second = try graph.append(convolution, [first, filter], layer: "second")[0]
        let sum = try graph.append(Add(), [first, second], layer: "sum")[0]
        let pooled = try graph.append(MaxPooling(Window(2, stride: 2)), [sum], layer: "pool")[0]
        let flat = try graph.append(Reshape.flatten, [pooled], layer: "flatten")[0]
        let weight = try graph.parameter("weight", [64, 3], .zeros)
        let logits = try graph.append(Dense(hasBias: false), [flat, weight], layer: "dense")[0]
        let targets = try graph.input("targets", [3])
        let loss = try graph.append(SoftmaxCrossEntropy(), [logits, targets], layer: "loss")
        graph.output("losses", loss[0])
        graph.output("features", flat)
        let gradients = try graph.differentiate(loss[0], withRespectTo: graph.parameters)
        for parameter in graph.parameters {
            let gradient = try #require(gradients[parameter])
            try graph.append(SGDUpdate(), [parameter, gradient], layer: "update", phase: .update)
        }
        graph.removeUnused()
        return graph
    }

    @Test("every operation gets what it takes, and only pictures and what the host reads are converted")
    func types() throws {
        for type in [ElementType.float16, .bfloat16] {
            var graph = try graph()
            let before = graph
            graph.storeActivations(as: type, where: supports)
            for node in graph.nodes where !node.operation.isView {
                let (inputs, outputs) = graph.descriptions(of: node)
                #expect(supports(node.operation, inputs, outputs), "\(node.layer): \(node.operation.name)")
            }
            let conversions = graph.nodes.filter { $0.operation is Convert }
            #expect(conversions.map(\.layer) == ["first", "flatten"])
            #expect(graph.nodes.count == before.nodes.count + 2)
            for (name, id) in graph.outputs { #expect(graph[id].description.elementType == .float32, "\(name)") }
            for id in graph.storedValues + Array(graph.inputs.values) {
                #expect(graph[id].description == before[id].description)
            }
            // The convolutions' results, the logits, and their gradients.
            let narrow = graph.values.filter { $0.description.elementType == type }.map(\.name)
            #expect(narrow.contains("first") && narrow.contains("second") && narrow.contains("flatten"))
            #expect(
                !narrow.contains("dense")
                    || graph.values.first { $0.name == "dense" }?.description.elementType == .float32)
        }
    }

    @Test("it takes less memory, and nothing changes for FP32")
    func memory() throws {
        let before = try graph()
        var (same, half) = (before, before)
        same.storeActivations(as: .float32, where: supports)
        half.storeActivations(as: .float16, where: supports)
        #expect(same.nodes.count == before.nodes.count)
        func bytes(_ graph: Graph) -> Int {
            MemoryPlan(graph, capacity: 16, alignment: 64) { _ in 0 }.arenaByteCount
        }
        #expect(bytes(half) * 4 < bytes(before) * 3)
    }

    @Test("a backend that stores nothing so leaves all in FP32")
    func unsupported() throws {
        var graph = try graph()
        graph.storeActivations(as: .bfloat16) { operation, inputs, outputs in
            (inputs + outputs).allSatisfy { $0.elementType != .bfloat16 }
        }
        #expect(!graph.nodes.contains { $0.operation is Convert })
        #expect(!graph.values.contains { $0.description.elementType == .bfloat16 })
    }
}
