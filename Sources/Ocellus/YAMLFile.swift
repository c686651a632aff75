import Foundation
import OcellusModels
import Yams

/// YAML that people write by hand.
enum YAMLFile {
    /// Far more than a person writes.
    static let maximumByteCount = 1 << 20
    /// The most entries that a file may have, those that aliases repeat counted each time.
    private static let maximumEntryCount = 100_000

    /// Reads a file; nil when there is nothing in it.
    ///
    /// - Parameter content: what it is to hold, for errors.
    /// - Throws: `ModelError` that names the file, the line and what is wrong there.
    static func root(of path: String, _ content: String) throws -> Node? {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ModelError(path, "cannot be read; it is to hold \(content) in YAML.")
        }
        guard data.count <= maximumByteCount, let text = String(data: data, encoding: .utf8) else {
            throw ModelError(path, "is no file of \(content): UTF-8 text of at most \(maximumByteCount) bytes.")
        }
        return try root(of: text, in: path)
    }

    /// Reads a text.
    /// - Throws: `ModelError` that names the file, the line and what is wrong there.
    static func root(of text: String, in path: String) throws -> Node? {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ModelError(path, (error as? YamlError)?.sentence ?? "is not YAML: \(error)")
        }
        var rest = maximumEntryCount
        guard root?.isCovered(by: &rest) ?? true else {
            throw ModelError(path, "has more than \(maximumEntryCount) entries, with those that its aliases repeat.")
        }
        return root
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
