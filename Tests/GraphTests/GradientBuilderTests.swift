import OcellusGraph
import Testing

/// The values of gradients are tested against differences of the oracle; here is what can go wrong before.
@Suite("Differentiation") struct GradientBuilderTests {
    @Test func `An operation without a gradient is named with its layer`() throws {
        var graph = Graph()
        let x = try graph.input("x", [4])
        let weight = try graph.parameter("weight", [4, 3], .zeros)
        let hidden = try graph.append(Dense(hasBias: false), [x, weight], layer: "hidden")[0]
        let soft = try graph.append(Softmax(), [hidden], layer: "soft")[0]
        let targets = try graph.input("targets", [3])
        let loss = try graph.append(SoftmaxCrossEntropy(), [soft, targets], layer: "loss")[0]
        let error = #expect(throws: GraphError.self) { try graph.differentiate(loss, withRespectTo: [weight]) }
        #expect(error?.description == "layer 'soft': softmax has no gradient")
    }

    @Test func `A max-pooling without winners says that it has no gradient`() throws {
        var graph = Graph()
        let x = try graph.input("x", [4, 4, 2])
        let filter = try graph.parameter("filter", [1, 1, 2, 2], .zeros)
        let y = try graph.append(Convolution(Window(1), hasBias: false), [x, filter], layer: "convolution")[0]
        let pooled = try graph.append(
            MaxPooling(Window(4), keepsWinners: false), [y], layer: "pooling")[0]
        let flat = try graph.append(Reshape.flatten, [pooled], layer: "flatten")[0]
        let targets = try graph.input("targets", [2])
        let loss = try graph.append(SoftmaxCrossEntropy(), [flat, targets], layer: "loss")[0]
        let error = #expect(throws: GraphError.self) { try graph.differentiate(loss, withRespectTo: [filter]) }
        #expect(error?.description == "a max-pooling without winners has no gradient")
    }

    @Test func `What the loss does not depend on has no gradient and costs nothing`() throws {
        var graph = Graph()
        let x = try graph.input("x", [4])
        let used = try graph.parameter("used", [4, 3], .zeros)
        let unused = try graph.parameter("unused", [4, 3], .zeros)
        let logits = try graph.append(Dense(hasBias: false), [x, used], layer: "used")[0]
        _ = try graph.append(Dense(hasBias: false), [x, unused], layer: "unused")
        let targets = try graph.input("targets", [3])
        let loss = try graph.append(SoftmaxCrossEntropy(), [logits, targets], layer: "loss")[0]
        let gradients = try graph.differentiate(loss, withRespectTo: [used, unused])
        #expect(Set(gradients.keys) == [used])
        let backward = graph.nodes.filter { $0.phase == .backward }
        #expect(backward.map(\.operation.name) == [SoftmaxCrossEntropyGradient.name, DenseWeightGradient.name])
        #expect(backward.map(\.layer) == ["loss", "used"])
    }
}
