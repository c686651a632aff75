import Foundation
import OcellusGraph
import OcellusModels
import OcellusNetworks
import Yams

/// A network that a person describes in a YAML or JSON file, in the words of a model's `model.json`:
/// ```yaml
/// name: small
/// input: [64, 64, 3]      # may be left out
/// layers:
///   - {kind: convolution, filters: 16, kernel: 3, padding: same, activation: relu, name: stem}
///   - {kind: convolution, filters: 16, kernel: 3, padding: same, activation: relu}
///   - {kind: add, inputs: [convolution_1, stem]}
///   - {kind: global_average_pooling}
///   - {kind: dense, units: classes}
/// ```
/// A layer takes what the one before it gives, or the results of the layers that its `inputs` name.
public enum NetworkFile {
    /// How the names of such files end.
    public static let extensions = ["yaml", "yml", "json"]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - size: the side of the input in pixels; nil for what the file says, or 224.
    ///   - classes: what `classes` stands for as a number of units or filters.
    /// - Throws: `ModelError` that names the file, the line or layer, and what is allowed.
    public static func read(_ path: String, size: Int? = nil, classes: Int) throws -> Network {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ModelError(path, "cannot be read; it is to describe a network in YAML or JSON.")
        }
        guard data.count <= YAMLFile.maximumByteCount, let text = String(data: data, encoding: .utf8) else {
            throw ModelError(
                path, "is not a network's description: UTF-8 text of at most \(YAMLFile.maximumByteCount) bytes.")
        }
        let side = size ?? 224
        let known: [CodingUserInfoKey: any Sendable] = [.classCount: classes, .inputShape: Shape([side, side, 3])]
        let network =
            path.lowercased().hasSuffix(".json")
            ? try json(data, known, path: path) : try yaml(text, known, path: path)
        guard network.input.rank == 3, network.input[2] == 3 else {
            throw ModelError(path, "the input is \(network.input); it is to be [height, width, 3].")
        }
        if let size, network.input != [size, size, 3] {
            throw ModelError(
                path,
                "the input is \(network.input), not of the size \(size) that is asked for. Leave out one of the two.")
        }
        do {
            let count = try network.classCount()
            guard count == classes else {
                throw ModelError(
                    path,
                    "the network tells \(count) classes apart, but there are \(classes). Write 'units: classes' in its last "
                        + "layer.")
            }
        } catch let error as GraphError {
            throw ModelError(path, "\(error).")
        }
        return network
    }

    private static func json(
        _ data: Data, _ known: [CodingUserInfoKey: any Sendable], path: String
    ) throws -> Network {
        let decoder = JSONDecoder()
        decoder.userInfo = known
        do {
            return try decoder.decode(Network.self, from: data)
        } catch let error as DecodingError {
            throw ModelError(path, "is not a network's description: \(error.sentence)")
        }
    }

    private static func yaml(
        _ text: String, _ known: [CodingUserInfoKey: any Sendable], path: String
    ) throws -> Network {
        guard let root = try YAMLFile.root(of: text, in: path) else {
            throw ModelError(path, "is empty; it is to have input and layers.")
        }
        do {
            return try YAMLDecoder().decode(Network.self, from: root, userInfo: known)
        } catch let error as DecodingError {
            let line = root.line(at: error.codingPath).map { "line \($0): " } ?? ""
            throw ModelError(path, line + error.sentence)
        }
    }
}

extension Node {
    /// The line of the innermost entry of a path that there is.
    fileprivate func line(at path: [any CodingKey]) -> Int? {
        var node = self
        for key in path {
            let next = key.intValue.flatMap { node.sequence?.indices.contains($0) == true ? node.sequence?[$0] : nil }
            guard let next = next ?? node.mapping?[key.stringValue] else { break }
            node = next
        }
        return node.mark?.line
    }
}

extension DecodingError {
    fileprivate var codingPath: [any CodingKey] {
        switch self {
        case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }
}
