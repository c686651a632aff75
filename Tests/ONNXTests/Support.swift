import Foundation
import Ocellus
import Testing

/// A folder that goes when the test ends.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("onnx-" + UUID().uuidString).path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

extension Model {
    /// A model of a network with the weights that it starts with, drawn from a seed; statistics are drawn too.
    static func drawn(
        _ network: Network, seed: UInt64 = 1, preprocessing: Preprocessing.Preset = .imagenet
    ) throws -> Model {
        let graph = try network.inferenceGraph()
        let initial = ModelWeights(initialOf: graph, seed: seed)
        let tensors = try graph.storedValues.enumerated().map { place, id in
            let (name, shape) = (graph[id].name, graph[id].description.shape)
            let values =
                shape.rank > 1
                ? try initial.values(of: name)
                : (0..<shape.count).map { Float(0.5 + Double(($0 * 7 + place * 3) % 11) / 10) }
            return NamedTensor(name, shape, values)
        }
        return Model(
            network: network, classes: try (0..<network.classCount()).map { "class \($0)" },
            preprocessing: try Preprocessing(preprocessing, width: network.input[1], height: network.input[0]),
            weights: ModelWeights(tensors))
    }

    /// The probabilities of a few made-up pictures.
    func answers() throws -> [[Float]] {
        let pictures = try (0..<3).map { number in
            try RGBImage(
                width: preprocessing.width, height: preprocessing.height,
                pixels: (0..<preprocessing.valueCount).map { UInt8(truncatingIfNeeded: $0 * (7 + number) ^ ($0 >> 5)) })
        }
        return try Predictor(self, backend: CPUBackend(), capacity: 3).probabilities(of: pictures)
    }
}

/// A network with every operation that has an ONNX form.
let everyOperation = Network(name: "every", input: [20, 24, 3]) {
    ConvolutionLayer(8, 3, stride: 2, padding: .same, hasBias: false, name: "stem")
    BatchNormalizationLayer(activation: .hardSwish, name: "norm")
    ResidualLayer(activation: .relu6, name: "block") {
        DepthwiseConvolutionLayer(Window(3, 5, padding: .same), activation: .silu, name: "depthwise")
        SqueezeExcitationLayer(4, gate: .hardSigmoid, name: "squeeze")
        LayerNormalizationLayer(name: "layer")
        ConvolutionLayer(8, 1, activation: .gelu, name: "point")
        ChannelScaleLayer(initial: 0.5, name: "scale")
    }
    ConcatenateLayer(
        [
            [MaxPoolingLayer(3, stride: 2, padding: .explicit(top: 0, bottom: 1, left: 1, right: 0))],
            [AveragePoolingLayer(2)], [AveragePoolingLayer(3, stride: 2, padding: .same, countsPadding: true)],
        ], name: "poolings")
    ConvolutionLayer(12, 3, padding: .valid, groups: 2, activation: .sigmoid, name: "grouped")
    FlattenLayer(name: "flat")
    DenseLayer(12, activation: .relu, name: "hidden")
    ReshapeLayer([1, 2, 6], name: "shaped")
    GlobalAveragePoolingLayer(name: "means")
    LayerNormalizationLayer(name: "last")
    DenseLayer(4, hasBias: false, name: "head")
}
