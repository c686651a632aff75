import FoundationEssentials

/// JSON as bytes.
enum JSONText {
    /// `{"name": "value"}`.
    static func object(_ name: String, _ value: String) -> [UInt8] { (try? encode([name: value])) ?? Array("{}".utf8) }

    /// A value as JSON on one line with its end, names in the order of their encoding, slashes as they are.
    /// - Throws: `EncodingError`, as for a number that is not finite.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }
}
