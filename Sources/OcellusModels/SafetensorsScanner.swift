/// Reads the JSON that a safetensors header may hold, and no other: objects, arrays, strings and natural numbers.
///
/// A general parser would do, but for two things that matter when the file is not trusted: it takes one of two equal
/// names silently, and it may recurse as deep as the text says.
struct SafetensorsScanner {
    private let bytes: [UInt8]
    private let path: String
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer, path: String) {
        self.bytes = Array(bytes)
        self.path = path
    }

    /// Goes through an object; `body` reads the value that follows the name it is given.
    mutating func object(_ body: (inout SafetensorsScanner, String) throws -> Void) throws {
        try expect("{")
        if take("}") { return }
        repeat {
            let name = try string()
            try expect(":")
            try body(&self, name)
        } while take(",")
        try expect("}")
    }

    /// An array of natural numbers.
    mutating func naturals() throws -> [Int] {
        var result: [Int] = []
        try expect("[")
        if take("]") { return result }
        repeat { result.append(try natural()) } while take(",")
        try expect("]")
        return result
    }

    /// A string.
    mutating func string() throws -> String {
        try expect("\"")
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("a name is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: try escaped())
            case 0..<0x20: throw fault("a control character stands in a name")
            default: text.append(byte)
            }
        }
        throw fault("a name does not end")
    }

    /// Nothing but blanks may follow.
    mutating func end() throws {
        skipBlanks()
        if position < bytes.count { throw fault("something follows the header's last brace") }
    }

    /// An error at the place reached.
    func fault(_ reason: String) -> ModelError {
        ModelError(path, "is damaged or not a safetensors file: \(reason) (byte \(8 + position)). Get it again.")
    }

    private mutating func natural() throws -> Int {
        skipBlanks()
        let start = position
        var value = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = product.addingReportingOverflow(Int(digit))
            guard !overflows, !overflowsToo else { throw fault("a number is too large") }
            value = sum
            position += 1
        }
        let hasLeadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
        guard position > start, !hasLeadingZero else { throw fault("a whole number, 0 or more, is expected") }
        return value
    }

    private mutating func escaped() throws -> [UInt8] {
        guard position < bytes.count else { throw fault("a name does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try unicodeScalar()).utf8)
        default: throw fault("a name has an unknown escape")
        }
    }

    /// What follows `\u`: one UTF-16 unit in four hexadecimal digits, or a surrogate pair in two such.
    private mutating func unicodeScalar() throws -> Character {
        let first = try utf16Unit()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard UTF16.isLeadSurrogate(first), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw fault("a name has half a surrogate pair") }
        position += 2
        let second = try utf16Unit()
        guard UTF16.isTrailSurrogate(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw fault("a name has half a surrogate pair") }
        return Character(scalar)
    }

    private mutating func utf16Unit() throws -> UInt16 {
        guard position + 4 <= bytes.count,
            let text = String(validating: bytes[position..<position + 4], as: UTF8.self),
            text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let unit = UInt16(text, radix: 16)
        else { throw fault("a name has an unknown escape") }
        position += 4
        return unit
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        if !take(character) { throw fault("'\(character)' is expected") }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }
}
