import Foundation
import Ocellus
import OcellusONNX
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
        let pictures = (0..<3).map { number in
            RGBImage(
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

/// ONNX graphs written by hand: pictures `[N, 3, 6, 6]` in, one number a class out.
struct HandMadeGraph {
    var message = ONNXModel.with {
        $0.irVersion = 8
        $0.opsetImport = [.with { $0.version = 17 }]
        $0.graph.input = [.pictures("x", [nil, 3, 6, 6])]
        $0.graph.output = [.with { $0.name = "y" }]
    }

    /// Appends a node whose name is `n` and a number.
    mutating func node(
        _ type: String, _ inputs: [String], _ output: String, ints: [String: [Int]] = [:], int: [String: Int] = [:],
        float: [String: Float] = [:]
    ) {
        message.graph.node.append(
            .with {
                $0.name = "n\(message.graph.node.count)"
                $0.opType = type
                $0.input = inputs
                $0.output = [output]
                $0.attribute =
                    ints.map { name, values in
                        .with {
                            $0.name = name
                            $0.type = .ints
                            $0.ints = values.map(Int64.init)
                        }
                    }
                    + int.map { name, value in
                        .with {
                            $0.name = name
                            $0.type = .int
                            $0.i = Int64(value)
                        }
                    }
                    + float.map { name, value in
                        .with {
                            $0.name = name
                            $0.type = .float
                            $0.f = value
                        }
                    }
            })
    }

    /// Adds a constant of floats that count up from −1 in small steps, unless they are given.
    mutating func floats(_ name: String, _ shape: [Int], _ values: [Float]? = nil) {
        let count = shape.reduce(1, *)
        message.graph.initializer.append(
            .with {
                $0.name = name
                $0.dims = shape.map(Int64.init)
                $0.dataType = .float
                $0.floatData = values ?? (0..<count).map { Float(($0 * 37) % 100) / 50 - 1 }
            })
    }

    /// Adds a constant of whole numbers.
    mutating func integers(_ name: String, _ values: [Int]) {
        message.graph.initializer.append(
            .with {
                $0.name = name
                $0.dims = [Int64(values.count)]
                $0.dataType = .int64
                $0.int64Data = values.map(Int64.init)
            })
    }

    /// The network that it is, and what that gives for one picture.
    func read() throws -> ONNXImport { try ONNXImport(message, path: "made.onnx") }
}

extension ONNXValueInfo {
    static func pictures(_ name: String, _ extents: [Int?]) -> ONNXValueInfo {
        .with {
            $0.name = name
            $0.type.tensorType.elemType = .float
            $0.type.tensorType.shape.dim = extents.map { extent in
                .with { $0.extent = extent.map { .dimValue(Int64($0)) } ?? .dimParam("N") }
            }
        }
    }
}

extension ONNXImport {
    /// The logits for one picture of which value i, with the channels last, is i / 50 − 1.
    func logits() throws -> [Float] {
        var (builder, logits) = try network.build(isTraining: false)
        builder.graph.output("logits", logits)
        let parameters = try ParameterStore(forInferenceOf: &builder.graph, weights: weights, backend: CPUBackend())
        let plan = try Plan(builder.graph, capacity: 1, parameters: parameters, parametersAreConstant: true)
        try plan.write((0..<network.input.count).map { Float($0) / 50 - 1 }, toInput: "images")
        try plan.run(Invocation(count: 1))
        return try plan.read("logits", count: 1)
    }
}
