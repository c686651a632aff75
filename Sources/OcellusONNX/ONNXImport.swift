import Foundation
import Ocellus

/// A network and its weights, read from an ONNX file.
///
/// The operators are those of classifiers of pictures, in single precision: convolutions, dense layers, poolings,
/// normalisations, activations however they are spelt out, sums, concatenations and squeeze-and-excitation. The graph takes one
/// picture `[N, 3, height, width]` and gives one number a class; a softmax at its end is taken off, as a network of ours ends
/// before it.
public struct ONNXImport: Sendable {
    /// The network; its layers have the names of tensors or nodes.
    public let network: Network
    /// The weights of its inference graph.
    public let weights: ModelWeights
    /// The classes' names, where the file has them as files that `ONNXExport` wrote do.
    public let classes: [String]?
    /// How pictures go in, where the file says so.
    public let preprocessing: Preprocessing?

    /// Reads a file. Nothing in it is run, and no other file is opened.
    ///
    /// - Parameter size: the side of the pictures in pixels, where the file leaves it open.
    /// - Throws: `ModelError` naming the file, and the node and operator that is not supported or does not fit.
    public init(_ path: String, size: Int? = nil) throws {
        try Pickle.refuse(path)
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw ModelError(path, "cannot be read: \(error.localizedDescription)")
        }
        try self.init(data, path: path, size: size)
    }

    /// Reads a file's content.
    package init(_ content: Data, path: String, size: Int? = nil) throws {
        let message: ONNXModel
        do {
            message = try ONNXModel(serializedBytes: content)
        } catch {
            throw ModelError(path, "is cut off, damaged or not an ONNX file. Get it again.")
        }
        try self.init(message, path: path, size: size)
    }

    /// Reads a file that has been parsed.
    package init(_ message: ONNXModel, path: String, size: Int? = nil) throws {
        do {
            (classes, preprocessing) = try Self.metadata(of: message)
            (network, weights) = try Self.network(of: message, path: path, size: size, preprocessing)
        } catch let fault as ONNXFault {
            throw ModelError(path, "\(fault.reason).")
        } catch let error as GraphError {
            throw ModelError(path, "\(error).")
        } catch let error as PreprocessingError {
            throw ModelError(path, "\(error)")
        }
    }

    /// What `ONNXExport` wrote; what others wrote under the same names is left alone.
    private static func metadata(of message: ONNXModel) throws -> ([String]?, Preprocessing?) {
        guard message.producerName == ONNXExport.producerName else { return (nil, nil) }
        func value(_ key: String) -> Data? { message.metadataProps.first { $0.key == key }.map { Data($0.value.utf8) } }
        let decoder = JSONDecoder()
        do {
            let classes = try value(ONNXExport.classesKey).map { try decoder.decode([String].self, from: $0) }
            let preprocessing = try value(ONNXExport.preprocessingKey).map {
                try decoder.decode(Preprocessing.self, from: $0)
            }
            return (classes, preprocessing)
        } catch let error as DecodingError {
            throw ONNXFault("its metadata are damaged: " + String(error.sentence.dropLast()))
        }
    }

    private static func network(
        of message: ONNXModel, path: String, size: Int?, _ preprocessing: Preprocessing?
    ) throws -> (Network, ModelWeights) {
        let graph = message.graph
        guard !graph.node.isEmpty else { throw ONNXFault("it has no graph, so it is not an ONNX model") }
        let operatorSet = message.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 0
        guard supportedOperatorSets ~= operatorSet else {
            throw ONNXFault(
                "it is of operator set \(operatorSet); \(supportedOperatorSets.lowerBound) to "
                    + "\(supportedOperatorSets.upperBound) are supported")
        }
        let input = try ONNXInput(graph, size: size, preprocessing)
        let nodes = try ONNXNodeOrder(graph, from: input.name)
        var reader = try ONNXGraphReader(graph, nodes: nodes.nodes)
        reader.fixedBatch = input.fixedBatch
        try reader.begin(input.name, input.picture)
        for (place, node) in nodes.nodes.enumerated() {
            do {
                try reader.read(node, place)
            } catch let fault as ONNXFault {
                throw ONNXFault("the node '\(node.name.brief)' (\(node.qualifiedOperator)): \(fault.reason)")
            } catch let error as GraphError {
                throw ONNXFault("the node '\(node.name.brief)' (\(node.qualifiedOperator)): \(error)")
            }
        }
        try reader.finish(with: nodes.output)
        return (
            Network(name: networkName(graph, path), input: input.picture, layers: reader.layers),
            ModelWeights(reader.tensors)
        )
    }

    /// The graph's name, or the file's where exporters give all graphs the same.
    private static func networkName(_ graph: ONNXGraph, _ path: String) -> String {
        guard ["", "main_graph", "torch_jit", "torch-jit-export"].contains(graph.name) || graph.name.count > 100 else {
            return graph.name
        }
        return URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }

    /// From the first whose operators mean what they do now, to the newest that there was to try.
    private static let supportedOperatorSets: ClosedRange<Int64> = 7...26
}

extension ONNXNode {
    /// As `Conv`, or with its domain when that is not ONNX's own.
    var qualifiedOperator: String { (domain.isEmpty ? opType : "\(domain)::\(opType)").brief }
}

extension ONNXGraphReader {
    /// Reads one node.
    fileprivate mutating func read(_ node: ONNXNode, _ place: Int) throws {
        guard node.domain.isEmpty || node.domain == "ai.onnx", let read = ONNXOperators.all[node.opType] else {
            throw ONNXFault(
                "the operator is not supported; there are " + ONNXOperators.all.keys.sorted().joined(separator: ", "))
        }
        guard let output = node.output.first, !output.isEmpty else { throw ONNXFault("it has no output") }
        entries[output] = try read(node, place, &self)
    }

    /// Makes a value the network's result: one number a class.
    fileprivate mutating func finish(with name: String) throws {
        let node = ONNXNode.with { $0.name = "logits" }
        let value = try result(name, of: node)
        guard value.sample.dropLast().allSatisfy({ $0 == 1 }), value.flattenedPicture == nil else {
            throw ONNXFault("its output is \(value.description); it is to be one number a class")
        }
        try finish(withLayer: vector(value, node).layer)
    }
}
