import Foundation
import Ocellus
import OcellusONNX
import Testing

@Suite("ONNX out")
struct ExportTests {
    private let small = Network(name: "small", input: [5, 7, 3]) {
        ConvolutionLayer(2, Window(3, 2, stride: 2, padding: .same), hasBias: false, name: "conv")
        ActivationLayer(.relu, name: "relu")
        GlobalAveragePoolingLayer(name: "means")
        DenseLayer(2, name: "head")
    }

    @Test("a file says what it takes and gives, for a batch of any size")
    func ends() throws {
        let message = try ONNXExport(.drawn(small)).message
        #expect(message.irVersion == 8 && message.opsetImport.map(\.version) == [17])
        #expect(message.producerName == "ocellus" && message.graph.name == "small")
        let input = try #require(message.graph.input.first)
        #expect(input.name == "images" && input.type.tensorType.elemType == .float)
        #expect(
            input.type.tensorType.shape.dim.map(\.extent) == [.dimParam("N"), .dimValue(3), .dimValue(5), .dimValue(7)])
        let output = try #require(message.graph.output.first)
        #expect(output.name == "probabilities")
        #expect(output.type.tensorType.shape.dim.map(\.extent) == [.dimParam("N"), .dimValue(2)])
        #expect(
            message.graph.node.map(\.opType) == ["Conv", "Relu", "GlobalAveragePool", "Flatten", "Gemm", "Softmax"])
        #expect(message.graph.node.last?.output == ["probabilities"])
    }

    @Test("a calibrated model's temperature is in the weights of its last layer")
    func calibration() throws {
        var model = try Model.drawn(small)
        let plain = try ONNXExport(model).message.graph
        model.calibration = Calibration(temperature: 2)
        let calibrated = try ONNXExport(model).message.graph
        #expect(calibrated.node.map(\.opType) == plain.node.map(\.opType))
        func numbers(_ graph: ONNXGraph, _ place: Int) -> [Float] {
            graph.initializer[place].rawData.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        }
        for (place, tensor) in plain.initializer.enumerated() where tensor.dataType == .float {
            let factor: Float = tensor.name.hasPrefix("conv") ? 1 : 0.5
            #expect(numbers(calibrated, place) == numbers(plain, place).map { $0 * factor }, "\(tensor.name)")
        }
    }

    @Test("classes and preprocessing are in the metadata")
    func metadata() throws {
        let model = try Model.drawn(small, preprocessing: .caffeBGR)
        let entries = try ONNXExport(model).message.metadataProps
        func value(_ key: String) throws -> Data { Data(try #require(entries.first { $0.key == key }).value.utf8) }
        #expect(try JSONDecoder().decode([String].self, from: value("classes")) == model.classes)
        #expect(try JSONDecoder().decode(Preprocessing.self, from: value("preprocessing")) == model.preprocessing)
    }

    @Test("filters have their outputs first, and windows explicit pads")
    func convolution() throws {
        let model = try Model.drawn(small)
        let graph = try ONNXExport(model).message.graph
        let filter = try #require(graph.initializer.first { $0.name == "conv.weight" })
        #expect(filter.dims == [2, 3, 3, 2] && filter.dataType == .float)
        let ours = try model.weights.values(of: "conv.weight")
        let theirs = filter.rawData.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        for (output, input, row, column) in [(0, 0, 0, 0), (1, 2, 2, 1), (1, 0, 1, 0), (0, 1, 2, 1)] {
            #expect(
                theirs[((output * 3 + input) * 3 + row) * 2 + column]
                    == ours[((row * 2 + column) * 3 + input) * 2 + output])
        }
        let attributes = try #require(graph.node.first?.attribute)
        func numbers(_ name: String) -> [Int64]? { attributes.first { $0.name == name }?.ints }
        #expect(numbers("kernel_shape") == [3, 2] && numbers("strides") == [2, 2])
        // TensorFlow's `same` puts the odd one after: 5 rows in 3 steps of 2 want 7, 7 columns in 4 want 8.
        #expect(numbers("pads") == [1, 0, 1, 1])
    }

    @Test("with the preprocessing in the graph it takes bytes")
    func preprocessing() throws {
        let message = try ONNXExport(.drawn(small, preprocessing: .caffeBGR), includesPreprocessing: true).message
        let input = try #require(message.graph.input.first)
        #expect(input.name == "pictures" && input.type.tensorType.elemType == .uint8)
        #expect(
            input.type.tensorType.shape.dim.map(\.extent) == [.dimParam("N"), .dimValue(5), .dimValue(7), .dimValue(3)])
        #expect(message.graph.node.prefix(5).map(\.opType) == ["Cast", "Transpose", "Gather", "Mul", "Add"])
        #expect(message.graph.node[4].output == ["images"] && message.graph.node[5].input[0] == "images")
    }

    @Test("every operation has a form, and every name is one value's")
    func names() throws {
        let graph = try ONNXExport(.drawn(everyOperation)).message.graph
        let names = graph.node.flatMap(\.output) + graph.initializer.map(\.name) + graph.input.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(graph.node.map(\.name)).count == graph.node.count)
        // Nodes stand after those whose results they read.
        var known = Set(graph.initializer.map(\.name) + graph.input.map(\.name))
        for node in graph.node {
            #expect(known.isSuperset(of: node.input), "\(node.name)")
            known.formUnion(node.output)
        }
    }

    @Test("a layer without an ONNX form is named")
    func unknown() throws {
        let network = Network(input: [5, 7, 3]) {
            FlattenLayer()
            OddLayer(name: "odd")
            DenseLayer(2)
        }
        #expect {
            _ = try ONNXExport(.drawn(network))
        } throws: {
            "\($0)".contains("'odd'") && "\($0)".contains("mystery")
        }
    }
}

private struct OddLayer: Layer {
    static let kind = "odd"
    let name: String?

    func build(on input: ValueID, in builder: inout NetworkBuilder) throws -> ValueID {
        try builder.append(Mystery(), [input])[0]
    }
}

private struct Mystery: Ocellus.Operation {
    static let name = "mystery"

    func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] { inputs }
}
