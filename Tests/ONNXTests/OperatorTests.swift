import Foundation
import Ocellus
import OcellusONNX
import Testing

@Suite("ONNX's operators")
struct OperatorTests {
    /// The value of one picture at a place: pictures count up with their channels last.
    private func pixel(_ row: Int, _ column: Int, _ channel: Int) -> Float {
        Float((row * 6 + column) * 3 + channel) / 50 - 1
    }

    private func activations(_ file: ONNXImport) -> [ActivationFunction] {
        file.network.layers.compactMap { (($0 as? ConnectedLayer)?.layer ?? $0) as? ActivationLayer }.map(\.function)
    }

    /// A graph that applies nodes to `a` and gives the means of `b`.
    private func graph(_ nodes: (inout HandMadeGraph) -> Void) -> HandMadeGraph {
        var graph = HandMadeGraph()
        graph.floats("conv.weight", [4, 3, 1, 1])
        graph.node("Conv", ["x", "conv.weight"], "a")
        for (name, value) in [("half", 0.5), ("one", 1), ("three", 3), ("six", 6), ("root", 1.4142135), ("zero", 0)] {
            graph.floats(name, [], [Float(value)])
        }
        nodes(&graph)
        graph.node("GlobalAveragePool", ["b"], "means")
        graph.node("Flatten", ["means"], "y")
        return graph
    }

    @Test(
        "activations are told by what they compute",
        arguments: [
            (
                ActivationFunction.gelu,
                [
                    ("Div", ["a", "root"], "p"), ("Erf", ["p"], "q"), ("Add", ["q", "one"], "r"),
                    ("Mul", ["a", "r"], "s"), ("Mul", ["s", "half"], "b"),
                ]
            ),
            (
                .gelu,
                [
                    ("Mul", ["half", "a"], "p"), ("Div", ["a", "root"], "q"), ("Erf", ["q"], "r"),
                    ("Add", ["one", "r"], "s"),
                    ("Mul", ["s", "p"], "b"),
                ]
            ),
            (.silu, [("Sigmoid", ["a"], "p"), ("Mul", ["p", "a"], "b")]),
            (
                .hardSwish,
                [
                    ("Add", ["a", "three"], "p"), ("Clip", ["p", "zero", "six"], "q"), ("Mul", ["a", "q"], "r"),
                    ("Div", ["r", "six"], "b"),
                ]
            ),
            (
                .hardSigmoid,
                [("Add", ["a", "three"], "p"), ("Clip", ["p", "zero", "six"], "q"), ("Div", ["q", "six"], "b")]
            ),
            (.relu6, [("Clip", ["a", "zero", "six"], "b")]), (.relu, [("Clip", ["a", "zero"], "b")]),
            (.hardSwish, [("HardSwish", ["a"], "b")]), (.gelu, [("Gelu", ["a"], "b")]),
        ] as [(ActivationFunction, [(String, [String], String)])])
    func spelling(_ function: ActivationFunction, _ nodes: [(String, [String], String)]) throws {
        let file = try graph { graph in
            for (type, inputs, output) in nodes { graph.node(type, inputs, output) }
        }.read()
        #expect(activations(file) == [function])
    }

    @Test("functions that follow each other become layers that do, and what is no activation is refused")
    func chains() throws {
        let two = try graph {
            $0.node("Relu", ["a"], "p")
            $0.node("Sigmoid", ["p"], "b")
        }.read()
        #expect(activations(two) == [.relu, .sigmoid])
        let residual = try graph {
            $0.node("Relu", ["a"], "p")
            $0.node("Add", ["p", "a"], "b")
        }.read()
        #expect(activations(residual) == [.relu])
        #expect {
            _ = try graph { $0.node("Tanh", ["a"], "b") }.read()
        } throws: {
            "\($0)".contains("no activation") && "\($0)".contains("hard_swish")
        }
        #expect {
            _ = try graph { graph in
                graph.node("Mul", ["a", "a"], "p0")
                for place in 0..<200 { graph.node("Mul", ["p\(place)", "p\(place)"], "p\(place + 1)") }
                graph.node("Identity", ["p200"], "b")
            }.read()
        } throws: {
            "\($0)".contains("too many")
        }
    }

    @Test("a flattened picture's weights are put in the order in which its elements lie here")
    func flattening() throws {
        var graph = HandMadeGraph()
        graph.floats("fc.weight", [2, 108])
        graph.floats("fc.bias", [2], [1, -1])
        graph.node("Shape", ["x"], "shape")
        graph.integers("first", [0])
        graph.integers("rest", [-1])
        graph.node("Gather", ["shape", "first"], "batch", int: ["axis": 0])
        graph.node("Concat", ["batch", "rest"], "target", int: ["axis": 0])
        graph.node("Reshape", ["x", "target"], "row")
        graph.node("Gemm", ["row", "fc.weight", "fc.bias"], "y", int: ["transB": 1])
        let weight = graph.message.graph.initializer[0].floatData
        let expected = (0..<2).map { output in
            var sum: Float = output == 0 ? 1 : -1
            for channel in 0..<3 {
                for row in 0..<6 {
                    for column in 0..<6 {
                        sum += weight[output * 108 + (channel * 6 + row) * 6 + column] * pixel(row, column, channel)
                    }
                }
            }
            return sum
        }
        for (found, expected) in zip(try graph.read().logits(), expected) { #expect(abs(found - expected) < 1e-4) }
        // With the channels last the order is ours already.
        graph.node("Transpose", ["x"], "last", ints: ["perm": [0, 2, 3, 1]])
        graph.message.graph.node[3].input[0] = "last"
        let transpose = graph.message.graph.node.removeLast()
        graph.message.graph.node.insert(transpose, at: 0)
        let last = try graph.read().logits()[0]
        let own = (0..<108).reduce(1 as Float) { $0 + weight[$1] * (Float($1) / 50 - 1) }
        #expect(abs(last - own) < 1e-4)
    }

    @Test("products over the last axis are 1×1 convolutions, the sum after them their bias")
    func products() throws {
        var graph = HandMadeGraph()
        graph.node("Transpose", ["x"], "last", ints: ["perm": [0, 2, 3, 1]])
        graph.floats("norm.weight", [3])
        graph.floats("norm.bias", [3])
        graph.node("LayerNormalization", ["last", "norm.weight", "norm.bias"], "normal", int: ["axis": -1])
        graph.floats("weight", [3, 5])
        graph.floats("bias", [5])
        graph.node("MatMul", ["normal", "weight"], "product")
        graph.node("Add", ["bias", "product"], "sum")
        graph.node("ReduceMean", ["sum"], "y", ints: ["axes": [1, 2]], int: ["keepdims": 0])
        let file = try graph.read()
        let layers = file.network.layers
        #expect(layers.count == 3 && layers[0] is LayerNormalizationLayer && layers[2] is GlobalAveragePoolingLayer)
        #expect((layers[1] as? ConvolutionLayer)?.hasBias == true)
        #expect(try file.weights.values(of: "norm.weight").count == 3 && file.logits().count == 5)
    }

    @Test("constants a channel are scales and depthwise convolutions, and one number is a scale")
    func channels() throws {
        var graph = HandMadeGraph()
        graph.floats("factors", [3, 1, 1], [1, 2, 3])
        graph.floats("shifts", [1, 3, 1, 1], [5, 6, 7])
        graph.floats("two", [1], [2])
        graph.node("Mul", ["factors", "x"], "a")
        graph.node("Sub", ["a", "shifts"], "b")
        graph.node("Div", ["b", "two"], "c")
        graph.node("GlobalAveragePool", ["c"], "d")
        graph.node("Squeeze", ["d"], "e")
        graph.message.graph.output[0].name = "e"
        for (channel, found) in try graph.read().logits().enumerated() {
            let mean = (0..<36).reduce(0 as Float) { $0 + pixel($1 / 6, $1 % 6, channel) } / 36
            let expected = (mean * Float(channel + 1) - Float(channel + 5)) / 2
            #expect(abs(found - expected) < 1e-4)
        }
    }

    @Test("windows that reach beyond the padding count in ceil mode")
    func ceilMode() throws {
        var graph = HandMadeGraph()
        graph.node(
            "MaxPool", ["x"], "a", ints: ["kernel_shape": [3, 3], "strides": [2, 2]], int: ["ceil_mode": 1])
        graph.node("Flatten", ["a"], "b")
        graph.floats("identity", [27, 27], (0..<27 * 27).map { $0 % 28 == 0 ? 1 : 0 })
        graph.node("Gemm", ["b", "identity"], "y")
        let logits = try graph.read().logits()
        // Windows begin at 0, 2 and 4; the last ends where the picture does.
        for (place, found) in logits.enumerated() {
            let (row, column) = (place % 9 / 3, place % 3)
            #expect(abs(found - pixel(min(2 * row + 2, 5), min(2 * column + 2, 5), place / 9)) < 1e-6)
        }
    }

    @Test("squeeze-and-excitation, with its second operand first")
    func squeeze() throws {
        var graph = HandMadeGraph()
        graph.node("ReduceMean", ["x"], "means", ints: ["axes": [-2, -1]])
        graph.floats("fc1.weight", [2, 3, 1, 1])
        graph.floats("fc2.weight", [3, 2, 1, 1])
        graph.node("Conv", ["means", "fc1.weight"], "a")
        graph.node("Relu", ["a"], "b")
        graph.node("Conv", ["b", "fc2.weight"], "c")
        graph.node("Sigmoid", ["c"], "d")
        graph.node("Mul", ["d", "x"], "e")
        graph.node("GlobalAveragePool", ["e"], "f")
        graph.node("Flatten", ["f"], "g")
        graph.node("Softmax", ["g"], "y", int: ["axis": 1])
        let file = try graph.read()
        #expect(file.network.layers.filter { (($0 as? ConnectedLayer)?.layer ?? $0) is DenseLayer }.count == 2)
        #expect(file.network.layers.contains { (($0 as? ConnectedLayer)?.layer ?? $0) is MultiplyLayer })
        #expect(try file.network.classCount() == 3)
    }
}
