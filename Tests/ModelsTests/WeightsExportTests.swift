import Foundation
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks
import Testing

@Suite("Weights out") struct WeightsExportTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("weights.safetensors") }

    init() throws { folder = try TemporaryFolder() }

    /// A model whose tensors count up.
    private func model(_ network: Network) throws -> Model {
        let graph = try network.inferenceGraph()
        return Model(
            network: network, classes: try (0..<network.classCount()).map { "\($0)" },
            preprocessing: try .guide(width: network.input[1], height: network.input[0]),
            weights: ModelWeights(
                graph.storedValues.map { id in
                    let shape = graph[id].description.shape
                    return NamedTensor(graph[id].name, shape, (0..<shape.count).map(Float.init))
                }))
    }

    private let small = Network(name: "small", input: [6, 6, 3]) {
        ConvolutionLayer(2, Window(1, 2), hasBias: false, name: "conv")
        BatchNormalizationLayer(name: "norm")
        GlobalAveragePoolingLayer()
        DenseLayer(3, name: "head")
    }

    @Test func `PyTorch's order has the outputs first`() throws {
        try model(small).exportWeights(to: path, layout: .oihw)
        let file = try SafetensorsFile(path)
        #expect(file.metadata == ["format": "pt"])
        #expect(try file.shape(of: "conv.weight") == [2, 3, 1, 2])
        // [column, in, out] counted up, read as [out, in, column].
        #expect(try file.floats(of: "conv.weight") == [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11])
        #expect(try file.floats(of: "head.weight") == [0, 3, 1, 4, 2, 5])
        #expect(try file.floats(of: "norm.running_var") == [0, 1])
    }

    @Test(arguments: WeightsLayout.allCases) func `Both orders are read back to the same weights`(
        _ layout: WeightsLayout
    ) throws {
        for network in [small, NamedNetwork.mobileNetV3Small.network(height: 32, width: 32, classes: 3)] {
            let model = try model(network)
            try model.exportWeights(to: path, layout: layout)
            let back = try ForeignWeights(path, for: network)
            for name in model.weights.names {
                #expect(try back.weights.values(of: name) == model.weights.values(of: name), "\(name)")
            }
        }
    }

    @Test func `Networks with a name have torchvision's shapes`() throws {
        try model(NamedNetwork.mobileNetV3Small.network(height: 32, width: 32, classes: 3)).exportWeights(
            to: path, layout: .oihw)
        let squeezing = try SafetensorsFile(path)
        #expect(try squeezing.shape(of: "features.1.block.1.fc1.weight") == [8, 16, 1, 1])
        #expect(try squeezing.shape(of: "classifier.0.weight") == [1024, 576])
        try model(NamedNetwork.convNeXtTiny.network(height: 32, width: 32, classes: 3)).exportWeights(
            to: path, layout: .oihw)
        let linear = try SafetensorsFile(path)
        #expect(try linear.shape(of: "features.1.0.block.3.weight") == [384, 96])
        #expect(try linear.shape(of: "features.1.0.layer_scale") == [96, 1, 1])
        #expect(try linear.shape(of: "features.1.0.block.0.weight") == [96, 1, 7, 7])
    }
}
