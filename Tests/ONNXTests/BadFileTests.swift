import Foundation
import Ocellus
import OcellusONNX
import Testing

@Suite("ONNX files that cannot be read")
struct BadFileTests {
    /// A convolution, ReLU, pooling and a dense layer.
    private static var good: HandMadeGraph {
        var graph = HandMadeGraph()
        graph.floats("conv.weight", [4, 3, 3, 3])
        graph.node("Conv", ["x", "conv.weight"], "a", ints: ["pads": [1, 1, 1, 1]])
        graph.node("Relu", ["a"], "b")
        graph.node("MaxPool", ["b"], "c", ints: ["kernel_shape": [2, 2], "strides": [2, 2]])
        graph.integers("target", [0, -1])
        graph.node("Reshape", ["c", "target"], "d")
        graph.floats("fc.weight", [36, 2])
        graph.node("Gemm", ["d", "fc.weight"], "y")
        return graph
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: [String]
        let make: @Sendable (inout ONNXGraph) -> Void

        init(_ description: String, _ words: [String], _ make: @escaping @Sendable (inout ONNXGraph) -> Void) {
            testDescription = description
            self.words = words
            self.make = make
        }
    }

    static let changes = [
        Change("operator", ["'n1'", "Selu", "not supported", "HardSwish"]) { $0.node[1].opType = "Selu" },
        Change("domain", ["com.evil::Relu"]) { $0.node[1].domain = "com.evil" },
        Change("attribute", ["'n1'", "'alpha'"]) {
            $0.node[1].attribute = [
                .with {
                    $0.name = "alpha"
                    $0.type = .float
                }
            ]
        },
        Change("kind of attribute", ["'n0'", "'pads'"]) { $0.node[0].attribute[0].type = .float },
        Change("circle", ["'n0'", "in a circle"]) { $0.node[0].input[0] = "c" },
        Change("itself", ["'n0'", "in a circle"]) { $0.node[0].input[0] = "a" },
        Change("order", ["not in order"]) { $0.node.swapAt(0, 1) },
        Change("names", ["two values", "'a'"]) { $0.node[1].output[0] = "a" },
        Change("constants", ["two constants", "'conv.weight'"]) { $0.initializer[2].name = "conv.weight" },
        Change("input's name", ["two values", "'x'"]) {
            $0.node[1].output[0] = "x"; $0.node[2].input[0] = "x"
        },
        Change("another file", ["../../etc/passwd", "a file of its own", "external_data=False"]) {
            $0.initializer[0].dataLocation = .external
            $0.initializer[0].externalData = [
                .with {
                    $0.key = "location"
                    $0.value = "../../etc/passwd"
                }
            ]
        },
        Change("negative extent", ["absurd shape"]) { $0.initializer[0].dims[0] = -4 },
        Change("huge extents", ["absurd shape"]) { $0.initializer[0].dims = [1 << 30, 1 << 30, 1 << 30, 1 << 30] },
        Change("large extents", ["has 108 elements"]) { $0.initializer[0].dims = [1 << 18, 3, 3, 3] },
        Change("no extents", ["'n0'"]) {
            $0.initializer[0].dims = [0, 3, 3, 3]; $0.initializer[0].floatData = []
        },
        Change("type", ["uint64", "not supported"]) { $0.initializer[0].dataType = .uint64 },
        Change("weight", ["'n4'", "[N, 35]"]) {
            $0.initializer[2].dims = [35, 2]
            $0.initializer[2].floatData.removeLast(2)
        },
        Change("groups", ["'n0'"]) { graph in
            graph.node[0].attribute.append(
                .with {
                    $0.name = "group"
                    $0.type = .int
                    $0.i = .max
                })
        },
        Change("pads", ["pads"]) { $0.node[0].attribute[0].ints = [-1, 1 << 40, 0, 0] },
        Change("window", ["'n2'"]) { $0.node[2].attribute[0].ints = [1 << 62, 1] },
        Change("reshape", ["'n3'"]) { $0.initializer[1].int64Data = [.min, .max] },
        Change("inputs", ["2 inputs", "'z'"]) { $0.input.append(.pictures("z", [nil, 3, 6, 6])) },
        Change("channels", ["'x'", "[?, 4, 6, 6]"]) { $0.input[0] = .pictures("x", [nil, 4, 6, 6]) },
        Change("any size", ["--size"]) { $0.input[0] = .pictures("x", [nil, 3, nil, nil]) },
        Change("size", ["16384"]) { $0.input[0] = .pictures("x", [nil, 3, 1 << 40, 6]) },
        Change("outputs", ["2 outputs"]) { $0.output.append(.with { $0.name = "b" }) },
        Change("output", ["one number a class"]) { $0.output[0].name = "a" },
        Change("no output", ["nothing before it gives"]) { $0.output[0].name = "nowhere" },
        Change("no nodes", ["no graph"]) { $0.node = [] },
        Change("long name", ["…"]) { $0.node[1].opType = String(repeating: "x", count: 1 << 20) },
    ]

    @Test("the file, the node and what is wrong are named", arguments: changes)
    func errors(_ change: Change) {
        var graph = Self.good
        change.make(&graph.message.graph)
        do {
            let file = try graph.read()
            _ = try file.network.classCount()
            Issue.record("it was read")
        } catch let error as ModelError {
            for word in ["made.onnx"] + change.words { #expect("\(error)".contains(word), "\(error)") }
            #expect("\(error)".count < 1500)
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("a file of this program with damaged metadata, an operator set that is too new, and files that are none")
    func files() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.good.read().network.classCount() == 2)
        func message(_ bytes: Data) throws -> String {
            try bytes.write(to: URL(fileURLWithPath: folder("model.onnx")))
            do {
                _ = try ModelImport(onnx: folder("model.onnx"), labels: nil)
                return ""
            } catch {
                return "\(error)"
            }
        }
        let whole: Data = try Self.good.message.serializedBytes()
        #expect(try message(whole).contains("--classes"))
        #expect(try message(whole.dropLast(7)).contains("cut off"))
        #expect(try message(Data()).contains("no graph"))
        #expect(try message(Data("PK\u{3}\u{4}rest".utf8)).contains("pickle"))
        #expect(try message(Data([0x80, 2, 0x63])).contains("pickle"))
        #expect(try message(Data("hello".utf8)).contains("model.onnx"))
        var newer = Self.good
        newer.message.opsetImport[0].version = 99
        #expect(try message(newer.message.serializedBytes()).contains("operator set 99"))
        var damaged = Self.good
        damaged.message.producerName = "ocellus"
        damaged.message.metadataProps = [
            .with {
                $0.key = "classes"
                $0.value = "[1"
            }
        ]
        #expect(try message(damaged.message.serializedBytes()).contains("metadata"))
        #expect { _ = try ONNXImport(folder("nothing.onnx")) } throws: { "\($0)".contains("nothing.onnx") }
    }
}
