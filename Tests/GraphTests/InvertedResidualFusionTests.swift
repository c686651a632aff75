import OcellusGraph
import Testing

@Suite("Fusion of inverted residual blocks")
struct InvertedResidualFusionTests {
    /// What a test changes about the block.
    struct Variation: Sendable {
        var expansion = Window(1)
        var groups = 12
        var hasResidual = true
        var hasActivations = true
        /// Marks the value of that place as one that the host reads.
        var readByHost: Int?
    }

    /// A block of MobileNetV2 over pictures of 4 channels.
    private func graph(_ variation: Variation = Variation()) throws -> Graph {
        var graph = Graph()
        let input = try graph.input("images", [10, 10, 4])
        var x = input
        let layers = [
            ("expand", variation.expansion, 1, [4, 12]),
            ("depthwise", Window(3, padding: .same), variation.groups, [12, 12]),
            ("project", Window(1), 1, [12, 4]),
        ]
        for (place, (name, window, groups, channels)) in layers.enumerated() {
            let filter = try graph.parameter(
                "\(name).weight", [window.height, window.width, channels[0] / groups, channels[1]], .zeros)
            let bias = try graph.parameter("\(name).bias", [channels[1]], .zeros)
            x = try graph.append(Convolution(window, groups: groups), [x, filter, bias], layer: name)[0]
            if variation.hasActivations, place < 2 {
                x = try graph.append(Activation(.relu6), [x], layer: "\(name).relu6")[0]
            }
            if variation.readByHost == place { graph.output("between", x) }
        }
        if variation.hasResidual { x = try graph.append(Add(), [input, x], layer: "add")[0] }
        graph.output("y", x)
        return graph
    }

    private func fused(
        _ variation: Variation, keepsGradients: Bool = false,
        where supports: (any Operation) -> Bool = { _ in true }
    ) throws -> [any Operation] {
        var graph = try graph(variation)
        let y = graph.outputs["y"]
        graph.fuse(keepsGradients: keepsGradients) { operation, _, _ in supports(operation) }
        #expect(graph.nodes.last?.outputs == [y].compactMap { $0 })
        return graph.nodes.map(\.operation)
    }

    @Test("expansion, depthwise convolution, projection and sum become one operation")
    func whole() throws {
        var graph = try graph()
        graph.fuse { _, _, _ in true }
        #expect(graph.nodes.count == 1)
        let block = try #require(graph.nodes[0].operation as? InvertedResidual)
        #expect(block.isResidual && block.expansion?.activation == .relu6)
        #expect(block.depthwise.activation == .relu6 && block.projection.activation == .identity)
        #expect(graph.nodes[0].layer == "depthwise")
        let names = graph.nodes[0].inputs.map { graph[$0].name }
        #expect(
            names == [
                "images", "expand.weight", "expand.bias", "depthwise.weight", "depthwise.bias", "project.weight",
                "project.bias", "images",
            ])
    }

    @Test("it costs what the convolutions cost, and moves what it reads and writes")
    func cost() throws {
        var graph = try graph(Variation(hasResidual: false))
        let flops = graph.cost(samples: 3).flops
        graph.fuse { _, _, _ in true }
        let cost = graph.cost(samples: 3)
        #expect(cost.flops == flops - 3 * 2 * 100 * 12)
        #expect(cost.bytes == 4 * (3 * 2 * 400 + 4 * 12 + 12 + 9 * 12 + 12 + 12 * 4 + 4))
    }

    @Test("without a sum, or with an expansion of another size, it is one operation too")
    func otherBlocks() throws {
        let plain = try fused(Variation(hasResidual: false))
        #expect((plain.first as? InvertedResidual)?.isResidual == false && plain.count == 1)
        let wide = try fused(Variation(expansion: Window(3, padding: .same)))
        #expect((wide.first as? InvertedResidual)?.expansion?.window.count == 9 && wide.count == 1)
    }

    @Test("what a backend does not expand is expanded by itself")
    func withoutExpansion() throws {
        let operations = try fused(Variation()) { ($0 as? InvertedResidual)?.expansion == nil }
        #expect(operations.map(\.name) == ["convolution", "invertedResidual"])
        let none = try fused(Variation()) { !($0 is InvertedResidual) }
        #expect(none.map(\.name) == ["convolution", "convolution", "residualConvolution"])
    }

    @Test("what the host reads between is kept")
    func readByHost() throws {
        #expect(
            try fused(Variation(readByHost: 0)).map(\.name) == ["convolution", "invertedResidual"])
        #expect(
            try fused(Variation(readByHost: 1)).map(\.name) == ["convolution", "convolution", "residualConvolution"])
    }

    @Test("in training, and with another filter in the middle, the convolutions stay apart")
    func apart() throws {
        #expect(try fused(Variation(), keepsGradients: true).count == 3)
        #expect(try fused(Variation(groups: 3)).count == 3)
    }
}
