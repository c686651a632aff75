import FoundationEssentials
import Ocellus
import SwiftProtobuf

/// A model as an ONNX file, for ONNX Runtime, OpenVINO and others.
///
/// Operator set 17, IR version 8. The input is `images`, float `[N, 3, height, width]`: pictures as the model's preprocessing
/// makes them; or, with the preprocessing in the graph, `pictures`, uint8 `[N, height, width, 3]`: RGB at that size. The output
/// is `probabilities` `[N, classes]`. Nodes and constants have the names of layers and tensors; batch normalisation is kept as
/// it is; a calibrated model's temperature is in the weights of its last layer. The file's metadata hold `classes`, a JSON list in the order of the probabilities, and `preprocessing`, as in
/// `model.json`.
public struct ONNXExport: Sendable {
    package let message: ONNXModel

    /// Converts a model.
    ///
    /// - Parameter includesPreprocessing: whether the graph normalises pictures itself. It never resizes them.
    /// - Throws: `ModelError` naming the layer that has no ONNX form; `GraphError` when the model's parts do not fit.
    public init(_ model: Model, includesPreprocessing: Bool = false) throws {
        let graph = try model.network.inferenceGraph()
        let byteCount = graph.storedValues.reduce(0) { $0 + graph[$1].description.byteCount(samples: 1) }
        guard byteCount < Self.maximumByteCount else {
            throw ModelError(
                model.network.name, "has \(byteCount) bytes of weights; an ONNX file holds less than 2 GB.")
        }
        var writer = ONNXGraphWriter(graph, try model.calibratedWeights(of: graph))
        try writer.appendInput(model.preprocessing, isIncluded: includesPreprocessing)
        for node in graph.nodes { try writer.append(node) }
        try writer.appendOutput()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let metadata = [
            (Self.classesKey, try encoder.encode(model.classes)),
            (Self.preprocessingKey, try encoder.encode(model.preprocessing)),
        ]
        message = .with {
            $0.irVersion = 8
            $0.producerName = Self.producerName
            $0.producerVersion = ocellusVersion
            $0.opsetImport = [.with { $0.version = 17 }]
            $0.graph = writer.message
            $0.graph.name = model.network.name
            $0.metadataProps = metadata.map { key, json in
                .with {
                    $0.key = key
                    $0.value = String(decoding: json, as: UTF8.self)
                }
            }
        }
    }

    /// Writes the file, or replaces it, in such a way that there is always the old one or the new one, whole.
    /// - Throws: `ModelError` naming the file.
    public func write(to path: String) throws {
        let bytes: [UInt8]
        do {
            bytes = try message.serializedBytes()
        } catch {
            throw ModelError(path, "cannot be written: \(error)")
        }
        try AtomicFile.write(bytes, to: path)
    }

    /// A protocol buffer's limit, with room for the graph.
    private static let maximumByteCount = 2_000_000_000

    static let producerName = "ocellus"
    static let imagesName = "images"
    static let classesKey = "classes"
    static let preprocessingKey = "preprocessing"
}
