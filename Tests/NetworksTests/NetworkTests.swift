import Foundation
import OcellusGraph
import OcellusNetworks
import Testing

@Suite("Networks")
struct NetworkTests {
    @Test("the simple network has the weights of the guide's")
    func simple() throws {
        let graph = try Network.simple(classes: 3).inferenceGraph()
        let count = graph.parameters.reduce(0) { $0 + graph[$1].description.shape.count }
        #expect(count == 11_963_587)
        #expect(graph.parameters.map { graph[$0].name }.first == "conv1.weight")
        let cost = graph.cost(samples: 1)
        #expect(abs(Double(cost.flops) / 0.547e9 - 1) < 0.01)
    }

    private let branching = Network(input: [16, 16, 3]) {
        ConvolutionLayer(8, 3, stride: 2, padding: .explicit(top: 1, bottom: 1, left: 1, right: 1), hasBias: false)
        BatchNormalizationLayer(activation: .relu6)
        ResidualLayer(activation: .relu, name: "block") {
            DepthwiseConvolutionLayer(3, padding: .same)
            ConvolutionLayer(16, 1)
        } shortcut: {
            ConvolutionLayer(16, 1)
        }
        ConcatenateLayer([[AveragePoolingLayer(3, stride: 1, padding: .same)], [ConvolutionLayer(4, 1)]])
        DropoutLayer(0.5)
        GlobalAveragePoolingLayer()
        DenseLayer(5)
    }

    @Test("a network survives JSON")
    func coding() throws {
        let data = try JSONEncoder().encode(branching)
        let copy = try JSONDecoder().decode(Network.self, from: data)
        #expect(try JSONEncoder().encode(copy).count == data.count)
        let (one, two) = (try branching.inferenceGraph(), try copy.inferenceGraph())
        #expect(one.nodes.map(\.operation.name) == two.nodes.map(\.operation.name))
        #expect(one.storedValues.map { one[$0].name } == two.storedValues.map { two[$0].name })
        #expect(one.stored.keys.contains("block.convolution_1.weight"))
    }

    @Test("an unknown kind of layer is named")
    func unknownKind() throws {
        let json = #"{"name": "x", "input": [8, 8, 3], "layers": [{"kind": "teleport"}]}"#
        #expect {
            try JSONDecoder().decode(Network.self, from: Data(json.utf8))
        } throws: { error in
            "\(error)".contains("there is no kind of layer 'teleport'")
        }
    }

    @Test("a layer that does not fit names itself and the shapes")
    func shapeErrors() throws {
        func message(_ network: Network) -> String {
            do {
                _ = try network.inferenceGraph()
                return ""
            } catch {
                return "\(error)"
            }
        }
        let tooSmall = Network(input: [4, 4, 3]) { ConvolutionLayer(8, 5, name: "conv1") }
        #expect(message(tooSmall).contains("conv1") && message(tooSmall).contains("[4, 4, 3]"))
        let unflattened = Network(input: [4, 4, 3]) { DenseLayer(3, name: "head") }
        #expect(message(unflattened).contains("head") && message(unflattened).contains("flatten"))
        let headless = Network(input: [4, 4, 3]) { ConvolutionLayer(8, 3) }
        #expect(message(headless).contains("dense"))
        let huge = Network(input: [4, 4, 3]) { ConvolutionLayer(Int.max, 3, name: "conv1") }
        #expect(message(huge).contains("conv1"))
        let wide = Network(input: [4, 4, 3]) {
            ConvolutionLayer(1 << 24, Window(65536, 65536, padding: .same), name: "conv1")
        }
        #expect(message(wide).contains("conv1"))
        let vast = Network(input: [4, 4, 3]) { MaxPoolingLayer(Int.max, name: "pool1") }
        #expect(message(vast).contains("pool1"))
        let absurd = Network(input: [Int.max, 4, 3]) { FlattenLayer() }
        #expect(message(absurd).contains("images"))
        let twins = Network(input: [4, 4, 3]) {
            ConvolutionLayer(8, 1, name: "a")
            ConvolutionLayer(8, 1, name: "a")
        }
        #expect(message(twins).contains("a.weight"))
    }

    @Test("dropout and batch statistics are of training alone")
    func modes() throws {
        let training = try branching.build(isTraining: true).builder.graph
        let inference = try branching.build(isTraining: false).builder.graph
        #expect(training.nodes.contains { $0.operation is Dropout })
        #expect(!inference.nodes.contains { $0.operation is Dropout })
        #expect(training.nodes.contains { $0.operation is BatchNormalization })
        #expect(inference.nodes.contains { $0.operation is BatchNormalizationInference })
        #expect(training.storedValues.map { training[$0].name } == inference.storedValues.map { inference[$0].name })
    }
}
