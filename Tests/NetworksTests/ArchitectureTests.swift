import OcellusGraph
import OcellusNetworks
import Testing

@Suite("Named networks")
struct ArchitectureTests {
    /// Weights as torchvision counts them, and GFLOPs as its documentation gives them (multiply-adds there, twice here).
    private static let known: [(network: NamedNetwork, weights: Int, gigaflops: Double)] = [
        (.mobileNetV2, 3_504_872, 0.60), (.resnet18, 11_689_512, 3.63), (.resnet34, 21_797_672, 7.33),
        (.resnet50, 25_557_032, 8.18), (.squeezeNet11, 1_235_496, 0.698), (.mobileNetV3Small, 2_542_856, 0.112),
        (.mobileNetV3Large, 5_483_032, 0.434), (.efficientNetB0, 5_288_548, 0.771),
        (.convNeXtTiny, 28_589_128, 8.91),
    ]

    @Test("weights and work are those of torchvision's", arguments: known.indices)
    func sizes(_ index: Int) throws {
        let known = Self.known[index]
        let graph = try known.network.network().inferenceGraph()
        #expect(graph.parameters.reduce(0) { $0 + graph[$1].description.shape.count } == known.weights)
        let flops = graph.nodes.filter { $0.operation is Convolution || $0.operation is Dense }
            .map { node in
                let (inputs, outputs) = graph.descriptions(of: node)
                return node.operation.cost(inputs: inputs, outputs: outputs, samples: 1).flops
            }.reduce(0, +)
        #expect(abs(Double(flops) / 1e9 / known.gigaflops - 1) < 0.01)
    }

    @Test("tensors have torchvision's names")
    func names() throws {
        func stored(_ network: NamedNetwork) throws -> Set<String> {
            Set(try network.network().inferenceGraph().stored.keys)
        }
        let resnet = try stored(.resnet18)
        for name in [
            "conv1.weight", "bn1.running_mean", "layer1.0.conv1.weight", "layer2.0.downsample.0.weight",
            "layer2.0.downsample.1.running_var", "layer4.1.bn2.bias", "fc.weight", "fc.bias",
        ] { #expect(resnet.contains(name)) }
        #expect(!resnet.contains("layer1.0.downsample.0.weight"))
        #expect(try stored(.resnet50).contains("layer1.0.downsample.0.weight"))
        let mobile = try stored(.mobileNetV2)
        for name in [
            "features.0.0.weight", "features.1.conv.0.0.weight", "features.1.conv.2.running_var",
            "features.3.conv.2.weight", "features.17.conv.3.bias", "features.18.1.weight", "classifier.1.weight",
        ] { #expect(mobile.contains(name)) }
    }

    @Test("any size of picture and number of classes fits", arguments: NamedNetwork.allCases)
    func sizesOfPictures(_ network: NamedNetwork) throws {
        for padding in PaddingConvention.allCases {
            #expect(try network.network(height: 65, width: 50, classes: 7, padding: padding).classCount() == 7)
        }
    }
}
