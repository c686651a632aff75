import OcellusGraph
import OcellusNetworks
import Testing

@Suite struct NetworkPartsTests {
    private let network = Network(name: "small", input: [16, 16, 3]) {
        ConvolutionLayer(4, 3, stride: 2, padding: .same, name: "stem.0.conv")
        BatchNormalizationLayer(activation: .relu, name: "stem.0.norm")
        ResidualLayer(name: "body.0") { ConvolutionLayer(4, 3, padding: .same) }
        ConvolutionLayer(8, 3, padding: .same)
        ConvolutionLayer(8, 3, stride: 2, padding: .same, name: "body.2")
        GlobalAveragePoolingLayer()
        DropoutLayer(0.5)
        DenseLayer(5, name: "head")
    }

    @Test func `The parts of a network have the names, shapes and parameters that they have in the whole`() throws {
        let whole = try network.inferenceGraph()
        for cut in 0...network.layers.count {
            let (before, features) = try network.build(layers: 0..<cut, input: "images", isTraining: false)
            let (after, logits) = try network.build(layers: cut..<8, input: "features", isTraining: true)
            let parts =
                before.graph.storedValues.map { before.graph[$0] } + after.graph.storedValues.map { after.graph[$0] }
            #expect(parts.map(\.name) == whole.storedValues.map { whole[$0].name })
            #expect(parts.map(\.description.shape) == whole.storedValues.map { whole[$0].description.shape })
            #expect(before.shape(of: features) == after.graph.inputs["features"].map { after.shape(of: $0) })
            #expect(after.shape(of: logits) == [5])
        }
    }

    @Test func `Blocks are found by their names`() throws {
        #expect(
            try network.outline().map(\.block) == [
                "stem.0", "stem.0", "body.0", "convolution_1", "body.2", "global_average_pooling_1", "dropout_1",
                "head",
            ])
        #expect(try network.firstLayer(ofBlock: "stem") == 0)
        #expect(try network.firstLayer(ofBlock: "stem.0.norm") == 1)
        #expect(try network.firstLayer(ofBlock: "body") == 2)
        #expect(try network.firstLayer(ofBlock: "body.2") == 4)
        #expect(try network.headIndex() == 7)
        #expect(try network.lastStage() == "body.2")
        #expect(try Network.mobileNetV2().lastStage() == "features.14")
        #expect(try Network.resNet50().lastStage() == "layer4.0")
        #expect(try Network.mobileNetV2().firstLayer(ofBlock: "features.1") == 2)
    }

    @Test func `A block that does not exist is an error that lists those that do`() throws {
        for block in ["body.1", "bod", "nothing"] {
            #expect { try network.firstLayer(ofBlock: block) } throws: { error in
                "\(error)".contains("'\(block)'") && "\(error)".contains("stem.0, body.0, convolution_1, body.2")
            }
        }
        #expect { try network.firstLayer(ofBlock: "body.0.convolution_1") } throws: { error in
            "\(error)".contains("within the block 'body.0'")
        }
    }

    @Test func `A head for other classes takes the place of the last layer with weights`() throws {
        #expect(try network.replacingHead(classes: 3).classCount() == 3)
        #expect(try Network.squeezeNet11().replacingHead(classes: 7).classCount() == 7)
        #expect(throws: GraphError.self) {
            try Network(input: [8], layers: [BatchNormalizationLayer()]).replacingHead(classes: 2)
        }
    }

    @Test func `Rates fall block by block from the head`() throws {
        let factors = try network.rateFactors(from: 1, decay: 0.5)
        #expect(
            factors == [
                "stem.0.norm.weight": 0.0625, "stem.0.norm.bias": 0.0625, "body.0.convolution_1.weight": 0.125,
                "body.0.convolution_1.bias": 0.125, "convolution_1.weight": 0.25, "convolution_1.bias": 0.25,
                "body.2.weight": 0.5, "body.2.bias": 0.5, "head.weight": 1, "head.bias": 1,
            ])
    }
}
