import Foundation
import OcellusGraph
import OcellusNetworks
import Testing

@Suite("Descriptions of networks")
struct DescriptionTests {
    private func network(_ layers: String) throws -> Network {
        try JSONDecoder().decode(Network.self, from: Data(#"{"input": [8, 8, 3], "layers": [\#(layers)]}"#.utf8))
    }

    private func message(_ layers: String) -> String {
        do {
            _ = try network(layers).inferenceGraph()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("settings that are left out have the builder's defaults")
    func defaults() throws {
        let described = try network(
            #"""
            {"kind": "convolution", "filters": 4, "kernel": [3, 1], "padding": 1},
            {"kind": "depthwise_convolution", "kernel": 3, "stride": 2, "padding": "same", "hasBias": false},
            {"kind": "batch_normalization"}, {"kind": "layer_normalization"}, {"kind": "channel_scale"},
            {"kind": "max_pooling", "size": 2}, {"kind": "squeeze_excitation", "squeezed": 2},
            {"kind": "average_pooling", "size": 2, "stride": 1}, {"kind": "activation", "function": "gelu"},
            {"kind": "reshape", "shape": [1, 4]}, {"kind": "flatten"}, {"kind": "dropout", "rate": 0.5},
            {"kind": "dense", "units": 2}
            """#)
        let built = Network(input: [8, 8, 3]) {
            ConvolutionLayer(4, Window(3, 1, padding: .explicit(top: 1, bottom: 1, left: 1, right: 1)))
            DepthwiseConvolutionLayer(3, stride: 2, padding: .same, hasBias: false)
            BatchNormalizationLayer()
            LayerNormalizationLayer()
            ChannelScaleLayer()
            MaxPoolingLayer(2)
            SqueezeExcitationLayer(2)
            AveragePoolingLayer(2, stride: 1)
            ActivationLayer(.gelu)
            ReshapeLayer([1, 4])
            FlattenLayer()
            DropoutLayer(0.5)
            DenseLayer(2)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(try encoder.encode(described) == encoder.encode(built))
    }

    private let branches = Network(input: [8, 8, 3]) {
        ConvolutionLayer(4, 3, padding: .same, activation: .relu, name: "stem")
        ConvolutionLayer(4, 1, name: "left").connected(to: "stem")
        ConvolutionLayer(2, 1, name: "right").connected(to: "stem")
        AddLayer(activation: .relu, name: "sum").connected(to: "left", "stem")
        ConcatenateLayer(name: "all").connected(to: "sum", "right", "input")
        GlobalAveragePoolingLayer(name: "means")
        DenseLayer(9, activation: .sigmoid)
        MultiplyLayer().connected(to: "all", "dense_1")
        GlobalAveragePoolingLayer()
        DenseLayer(3)
    }

    @Test("layers take the results of those that their inputs name, also after a way through JSON")
    func inputs() throws {
        let copy = try JSONDecoder().decode(Network.self, from: JSONEncoder().encode(branches))
        for network in [branches, copy] {
            let graph = try network.inferenceGraph()
            let names = Dictionary(
                graph.nodes.flatMap { node in node.outputs.map { ($0, node.layer) } }
            ) { first, _ in first }
            let sum = try #require(graph.nodes.first { $0.operation is Add })
            #expect(sum.inputs.map { names[$0] } == ["left", "stem"])
            let joined = try #require(graph.nodes.first { $0.operation is Concatenate })
            #expect(joined.inputs.map { names[$0] } == ["sum", "right", nil])
            #expect(graph[joined.inputs[2]].name == "images")
            let product = try #require(graph.nodes.first { $0.operation is ChannelScale })
            #expect(product.inputs.map { names[$0] } == ["all", "dense_1"])
        }
    }

    @Test("names reach out of a block, those of the block itself first")
    func scopes() throws {
        let network = Network(input: [8, 8, 4]) {
            ConvolutionLayer(4, 1, name: "outer")
            ConvolutionLayer(4, 1, name: "both")
            ResidualLayer(name: "block") {
                ConvolutionLayer(4, 1, name: "both")
                AddLayer(name: "sum").connected(to: "both", "outer")
            }
            FlattenLayer()
            DenseLayer(2)
        }
        let graph = try network.inferenceGraph()
        let sum = try #require(graph.nodes.first { $0.layer == "block.sum" })
        #expect(sum.inputs.map { graph[$0].name } == ["block.both", "outer"])
    }

    @Test(
        "what is wrong with a layer is named, and what is allowed",
        arguments: [
            (#"{"kind": "dense", "unit": 3}"#, ["'unit'", "units"]),
            (#"{"kind": "dense", "units": 3, "activation": "relux"}"#, ["relux", "hard_swish"]),
            (#"{"kind": "max_pooling", "size": [1, 2, 3]}"#, ["[height, width]"]),
            (#"{"kind": "max_pooling", "size": 2, "padding": "full"}"#, ["valid, same"]),
            (#"{"kind": "activation"}"#, ["function"]),
            (#"{"kind": "add", "inputs": ["input"]}"#, ["add_1", "1 inputs"]),
            (#"{"kind": "flatten", "inputs": ["input", "input"]}"#, ["flatten_1", "one input"]),
            (#"{"kind": "add", "inputs": ["input", "nowhere"]}"#, ["add_1", "'nowhere'"]),
            (#"{"kind": "flatten", "name": "a"}, {"kind": "flatten", "name": "a"}"#, ["two layers", "'a'"]),
            (#"{"kind": "connected"}"#, ["no kind of layer 'connected'"]),
            (#"{"kind": "concatenate", "branches": [[]], "inputs": ["input", "input"]}"#, ["branches take one"]),
        ])
    func errors(_ layers: String, _ words: [String]) {
        let text = message(layers)
        for word in words { #expect(text.contains(word), "\(text)") }
    }

    @Test("networks whose layers name their inputs keep their normalisation layers")
    func folding() throws {
        let network = Network(input: [8, 8, 3]) {
            ConvolutionLayer(4, 1, hasBias: false, name: "conv")
            BatchNormalizationLayer(name: "norm")
            AddLayer().connected(to: "norm", "conv")
        }
        #expect(network.withFoldedNormalization().layers.count == 3)
        let straight = Network(input: [8, 8, 3], layers: Array(network.layers.prefix(2)))
        #expect(straight.withFoldedNormalization().layers.count == 1)
    }

    @Test("the windows of models saved before are read")
    func earlierWindows() throws {
        let described = try network(
            #"""
            {"kind": "max_pooling", "window": {"height": 3, "width": 2, "strideHeight": 2, "strideWidth": 1,
             "dilationHeight": 1, "dilationWidth": 1, "padding": "valid"}}
            """#)
        #expect((described.layers[0] as? MaxPoolingLayer)?.window == Window(3, 2, stride: 2, strideWidth: 1))
    }
}
