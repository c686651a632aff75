/// A message in protocol buffers' wire format, field after field: https://protobuf.dev/programming-guides/encoding.
///
/// Event files have a handful of messages that are written and never read here, for which generated code would be a hundred
/// times this.
struct ProtobufMessage {
    private(set) var bytes: [UInt8] = []

    /// An integer, enumeration or truth value.
    mutating func add(_ field: Int, _ value: Int) {
        key(field, 0)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func add(_ field: Int, _ value: Double) {
        key(field, 1)
        append(value.bitPattern)
    }

    mutating func add(_ field: Int, _ value: Float) {
        key(field, 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ field: Int, _ text: String) { add(field, bytes: Array(text.utf8)) }

    mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, bytes: message.bytes) }

    mutating func add(_ field: Int, bytes content: [UInt8]) {
        key(field, 2)
        varint(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// A packed list.
    mutating func add(_ field: Int, _ values: [Double]) {
        key(field, 2)
        varint(UInt64(values.count * 8))
        for value in values { append(value.bitPattern) }
    }

    /// A message of its fields.
    static func make(_ fill: (inout ProtobufMessage) -> Void) -> ProtobufMessage {
        var message = ProtobufMessage()
        fill(&message)
        return message
    }

    private mutating func key(_ field: Int, _ type: UInt64) { varint(UInt64(field) << 3 | type) }

    private mutating func append(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
