import Foundation
import OcellusGraph
import OcellusModels
import OcellusNetworks
import Testing

@Suite("Weights of others") struct ForeignWeightsTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("weights.safetensors") }

    init() throws { folder = try TemporaryFolder() }

    private func network(classes: Int = 3) -> Network {
        Network(name: "small", input: [6, 6, 3]) {
            ConvolutionLayer(4, 3, hasBias: false, name: "conv")
            BatchNormalizationLayer(activation: .relu, name: "norm")
            ResidualLayer(name: "block") {
                DepthwiseConvolutionLayer(3, padding: .same, hasBias: false, name: "depthwise")
                BatchNormalizationLayer(name: "norm")
            }
            GlobalAveragePoolingLayer()
            DenseLayer(classes, name: "head")
        }
    }

    /// The network's tensors as PyTorch stores them; element i of each is i.
    private func tensors(folded: Bool = false) throws -> [NamedTensor] {
        let network = folded ? network().withFoldedNormalization() : network()
        let graph = try network.inferenceGraph()
        return graph.storedValues.map { id in
            let shape = graph[id].description.shape
            let stored: Shape =
                switch shape.rank {
                case 4: [shape[3], shape[2], shape[0], shape[1]]
                case 2: [shape[1], shape[0]]
                default: shape
                }
            return NamedTensor(graph[id].name, stored, (0..<shape.count).map(Float.init))
        }
    }

    @Test func `Weights of another network are told, with the network that they are of`() throws {
        let graph = try NamedNetwork.squeezeNet11.network(height: 64, width: 64, classes: 7).inferenceGraph()
        try write(
            graph.storedValues.map { id in
                let shape = graph[id].description.shape
                let stored = shape.rank == 4 ? [shape[3], shape[2], shape[0], shape[1]] : shape
                return NamedTensor(graph[id].name, stored, [Float](repeating: 0, count: shape.count))
            })
        #expect(try ForeignWeights.network(fitting: path) == .squeezeNet11)
        expectError(saying: "do not fit the network 'mobilenet_v2'", "--network squeezenet1_1") {
            try ForeignWeights(path, for: NamedNetwork.mobileNetV2.network(classes: 3), replacesHead: true)
        }
        // A file that has nothing of any network.
        try write([NamedTensor("other", [1], [0])])
        #expect(try ForeignWeights.network(fitting: path) == nil)
    }

    private func write(_ tensors: [NamedTensor], metadata: [String: String] = [:]) throws {
        try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
    }

    @Test func `Filters and matrices are permuted, the rest is as it is, counters are left out`() throws {
        try write(try tensors() + [NamedTensor("norm.num_batches_tracked", [1], [9])])
        let foreign = try ForeignWeights(path, for: network())
        // [row, column, in, out] of our filter is [out, in, row, column] of theirs.
        let filter = try foreign.weights.values(of: "conv.weight")
        for (row, column, input, output) in [(0, 0, 0, 0), (2, 1, 1, 3), (1, 2, 2, 0), (2, 2, 2, 3)] {
            let ours = ((row * 3 + column) * 3 + input) * 4 + output
            #expect(filter[ours] == Float(((output * 3 + input) * 3 + row) * 3 + column))
        }
        let depthwise = try foreign.weights.values(of: "block.depthwise.weight")
        #expect(depthwise[(1 * 3 + 2) * 4 + 3] == Float(3 * 9 + 1 * 3 + 2))
        let head = try foreign.weights.values(of: "head.weight")
        #expect(head[2 * 3 + 1] == Float(1 * 4 + 2))
        #expect(try foreign.weights.values(of: "norm.running_var") == [0, 1, 2, 3])
        #expect(foreign.replacedClasses == nil)
    }

    @Test func `Weights of this program are not permuted`() throws {
        let graph = try network().inferenceGraph()
        try write(
            graph.storedValues.map { id in
                let shape = graph[id].description.shape
                return NamedTensor(graph[id].name, shape, (0..<shape.count).map(Float.init))
            }, metadata: ["format": "ocellus"])
        let foreign = try ForeignWeights(path, for: network())
        #expect(try foreign.weights.values(of: "conv.weight") == (0..<108).map(Float.init))
    }

    @Test func `Folded normalisation loads into a network without it`() throws {
        try write(try tensors(folded: true))
        let foreign = try ForeignWeights(path, for: network())
        #expect(
            foreign.weights.names == [
                "block.depthwise.bias", "block.depthwise.weight", "conv.bias", "conv.weight", "head.bias",
                "head.weight",
            ])
        let layers = foreign.network.layers
        #expect(layers.count == 4)
        #expect((layers[0] as? ConvolutionLayer)?.activation == .relu)
        #expect(
            try foreign.network.inferenceGraph().nodes.allSatisfy { !($0.operation is BatchNormalizationInference) })
    }

    @Test func `A head of other classes starts anew, when that is asked for`() throws {
        try write(try tensors())
        let foreign = try ForeignWeights(path, for: network(classes: 5), replacesHead: true, seed: 4)
        #expect(foreign.replacedClasses == 3)
        #expect(try foreign.weights.values(of: "head.weight").count == 20)
        #expect(try foreign.weights.values(of: "head.bias") == [0, 0, 0, 0, 0])
        #expect(try foreign.weights.values(of: "norm.bias") == [0, 1, 2, 3])
        #expect(try ForeignWeights.classCount(path, for: network(classes: 5)) == 3)
        expectError(saying: "'head.weight' is [3, 4] and should be [5, 4]") {
            try ForeignWeights(path, for: network(classes: 5))
        }
        // A head that fits is kept.
        let kept = try ForeignWeights(path, for: network(), replacesHead: true)
        #expect(kept.replacedClasses == nil)
        #expect(try kept.weights.values(of: "head.bias") == [0, 1, 2])
    }

    @Test func `What is missing, of another shape, or too much is named`() throws {
        var changed = try tensors().filter { $0.name != "block.norm.bias" }
        changed.append(NamedTensor("block.norm.surplus", [2], [1, 2]))
        changed.removeAll { $0.name == "conv.weight" }
        changed.append(NamedTensor("conv.weight", [4, 3, 5, 5], [Float](repeating: 0, count: 300)))
        try write(changed)
        for replacesHead in [false, true] {
            expectError(
                saying: path, "small", "1 missing: 'block.norm.bias'", "'block.norm.surplus'",
                "'conv.weight' is [4, 3, 5, 5] and should be [4, 3, 3, 3]"
            ) { try ForeignWeights(path, for: network(), replacesHead: replacesHead) }
        }
    }

    @Test func `A pickle is never read`() throws {
        for start: [UInt8] in [[0x80, 0x02, 0x8A], [0x50, 0x4B, 0x03, 0x04, 0, 0]] {
            try Data(start).write(to: URL(fileURLWithPath: path))
            expectError(saying: "pickle", "save_file") { try ForeignWeights(path, for: network()) }
            expectError(saying: "pickle") { try ForeignWeights.classCount(path, for: network()) }
        }
    }
}
