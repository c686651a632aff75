import Foundation
import Ocellus

/// Any JSON, for what is compared without being understood.
enum JSONValue: Codable, Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TrainingError("\(path) cannot be read")
        }
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw TrainingError("\(path) is no JSON")
        }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? [String: JSONValue](from: decoder) {
            self = .object(object)
        } else if let list = try? [JSONValue](from: decoder) {
            self = .list(list)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value):
            // Times in milliseconds are whole numbers to a server, and not 1.7e12.
            if let whole = Int(exactly: value) { try container.encode(whole) } else { try container.encode(value) }
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// An object's member; nil where there is none.
    subscript(name: String) -> JSONValue? { if case .object(let object) = self { object[name] } else { nil } }

    /// What it is, if it is a text.
    var text: String? { if case .text(let value) = self { value } else { nil } }

    /// Every value that is no object by its path, as `options.batchSize`; lists of plain values as one text, others by their places.
    var flattened: [String: String] {
        var result: [String: String] = [:]
        flatten(into: &result, at: "")
        return result
    }

    private func flatten(into result: inout [String: String], at path: String) {
        switch self {
        case .object(let object):
            for (name, value) in object { value.flatten(into: &result, at: path.isEmpty ? name : path + "." + name) }
        case .list(let list):
            if list.allSatisfy(\.isPlain) {
                result[path] = "[" + list.map(\.plainText).joined(separator: ", ") + "]"
            } else {
                for (place, value) in list.enumerated() { value.flatten(into: &result, at: "\(path)[\(place)]") }
            }
        default: result[path] = plainText
        }
    }

    private var isPlain: Bool {
        switch self {
        case .list, .object: false
        default: true
        }
    }

    private var plainText: String {
        switch self {
        case .null: "none"
        case .bool(let value): "\(value)"
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(Float(value))"
        case .text(let value): value
        case .list, .object: ""
        }
    }
}
