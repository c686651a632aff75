import OcellusGraph

/// Writes tensors as a safetensors file of `F32` elements.
public enum SafetensorsWriter {
    /// Writes a file, or replaces one, in such a way that there is always the old file or the new one, whole.
    ///
    /// The data start on a 64-byte boundary of the file. The format knows no gaps between tensors, so those whose size is
    /// a multiple of 64 bytes come first, in the order given: they are aligned too, and the others follow.
    /// - Throws: `ModelError`: two tensors of a name, elements that do not fit their shape, a full disk.
    public static func write(
        _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String
    ) throws {
        let values = Dictionary(tensors.map { ($0.name, $0.values) }) { first, _ in first }
        try AtomicFile.write(to: path) { writer in
            try write(tensors.map { ($0.name, $0.shape) }, metadata: metadata, to: writer) { values[$0] ?? [] }
        }
    }

    /// Writes to a file that is open, one tensor after the other, each fetched when its turn comes: so that no more than
    /// one need be in memory twice.
    package static func write(
        _ tensors: [(name: String, shape: Shape)], metadata: [String: String] = [:], to writer: FileWriter,
        values: (String) throws -> [Float]
    ) throws {
        let isAligned: ((name: String, shape: Shape)) -> Bool = { $0.shape.count * 4 % alignment == 0 }
        let ordered = tensors.filter(isAligned) + tensors.filter { !isAligned($0) }
        try writer.write(try header(ordered, metadata, path: writer.path))
        for (name, shape) in ordered {
            let values = try values(name)
            guard values.count == shape.count else {
                throw ModelError(
                    writer.path, "the tensor '\(name)' \(shape) is to be written with \(values.count) elements")
            }
            if 1.littleEndian == 1 {
                try values.withUnsafeBytes { try writer.write($0) }
            } else {
                try values.map(\.bitPattern.littleEndian).withUnsafeBytes { try writer.write($0) }
            }
        }
    }

    private static let alignment = 64

    private static func header(
        _ tensors: [(name: String, shape: Shape)], _ metadata: [String: String], path: String
    ) throws -> [UInt8] {
        var entries: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            entries.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var names: Set<String> = ["__metadata__"]
        var offset = 0
        for tensor in tensors {
            guard names.insert(tensor.name).inserted else {
                throw ModelError(path, "two tensors are to be written under the name '\(tensor.name)'")
            }
            let end = offset + tensor.shape.count * 4
            let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
            entries.append(
                "\(quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var json = Array("{\(entries.joined(separator: ","))}".utf8)
        let padding = (alignment - (8 + json.count) % alignment) % alignment
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
        guard json.count <= SafetensorsHeader.maximumByteCount else {
            throw ModelError(path, "cannot be written: the tensors' names and metadata take \(json.count) bytes")
        }
        return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{0}"..<"\u{20}":
                let hexadecimal = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
