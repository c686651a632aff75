import Foundation
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks
import Testing

/// A folder that goes when the test ends.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "ocellus-models-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and gives its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// Everything in the folder, hidden files too.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

func readFile(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

/// A safetensors file of a header in plain text and so many bytes of data.
func safetensors(header: String, dataByteCount: Int = 0) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
        + [UInt8](repeating: 0, count: dataByteCount)
}

/// Asserts that `body` throws a `ModelError` that says all of `words`.
func expectError<Result>(
    saying words: String..., sourceLocation: SourceLocation = #_sourceLocation, from body: () throws -> Result
) {
    do {
        _ = try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as ModelError {
        for word in words where !"\(error)".contains(word) {
            Issue.record("'\(error)' does not say '\(word)'", sourceLocation: sourceLocation)
        }
    } catch {
        Issue.record("not a ModelError: \(error)", sourceLocation: sourceLocation)
    }
}

/// A small network with states: convolution, batch norm, max-pool, dense.
func smallModel(classes: [String] = ["bolt", "écrou", "шайба"]) throws -> Model {
    let network = Network(name: "small", input: [9, 11, 3]) {
        ConvolutionLayer(4, 3, name: "conv")
        BatchNormalizationLayer(activation: .relu, name: "norm")
        MaxPoolingLayer(2, name: "pool")
        FlattenLayer(name: "flatten")
        DenseLayer(classes.count, name: "dense")
    }
    let graph = try network.inferenceGraph()
    var random = PhiloxSequence(seed: 3, purpose: .initialization)
    let tensors = graph.storedValues.map { id in
        let value = graph[id]
        let values = (0..<value.description.shape.count).map { _ in random.nextUniform(in: -1...1) }
        return NamedTensor(value.name, value.description.shape, values)
    }
    return Model(
        network: network, classes: classes, preprocessing: try Preprocessing(width: 11, height: 9),
        training: TrainingRecord(
            options: ["batch": "32"], seed: .max, versions: ["ocellus": "0.1"], dataFingerprint: "12ab",
            metrics: ["test.accuracy": 0.1 + 0.2, "loss": .infinity]),
        weights: ModelWeights(tensors))
}
