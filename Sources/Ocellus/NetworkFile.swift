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
        guard data.count <= maximumByteCount, let text = String(data: data, encoding: .utf8) else {
            throw ModelError(path, "is not a network's description: UTF-8 text of at most \(maximumByteCount) bytes.")
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

    /// Far more than a person writes.
    private static let maximumByteCount = 1 << 20
    /// The most entries that a file may have, those that aliases repeat counted each time.
    private static let maximumEntryCount = 100_000

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
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ModelError(path, (error as? YamlError)?.sentence ?? "is not YAML: \(error)")
        }
        guard let root else { throw ModelError(path, "is empty; it is to have input and layers.") }
        var rest = maximumEntryCount
        guard root.isCovered(by: &rest) else {
            throw ModelError(path, "has more than \(maximumEntryCount) entries, with those that its aliases repeat.")
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
    /// Whether it has at most `rest` entries, which are taken off.
    fileprivate func isCovered(by rest: inout Int) -> Bool {
        rest -= 1
        guard rest >= 0 else { return false }
        switch self {
        case .sequence(let nodes): return nodes.allSatisfy { $0.isCovered(by: &rest) }
        case .mapping(let pairs):
            return pairs.allSatisfy { $0.key.isCovered(by: &rest) && $0.value.isCovered(by: &rest) }
        case .scalar, .alias: return true
        }
    }

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

extension YamlError {
    /// The line and what is wrong there; the library's own description repeats the text.
    fileprivate var sentence: String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return "line \(mark.line): is not YAML: \(problem.prefix(200))."
        case .duplicatedKeysInMapping(let keys, let context):
            return "line \(context.mark.line): there are two entries '\(keys.joined(separator: "', '").prefix(200))'."
        default: return "is not YAML: \("\(self)".prefix(200))"
        }
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
