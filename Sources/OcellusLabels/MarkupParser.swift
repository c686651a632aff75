/// Reads XML as labelling tools write it: elements with attributes and text, references to characters, CDATA; comments,
/// instructions and a document type are read over. Nothing that a file declares is ever fetched or expanded: a reference to an
/// entity of its own is an error. (Foundation's parser would bring libxml2 and ICU along.)
struct MarkupParser {
    /// Where a text is no XML.
    struct SyntaxError: Error { let line: Int }

    /// Deeper nesting than any of the formats has.
    private static let maximumDepth = 64

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var open: [MarkupElement] = []
    private var root: MarkupElement?

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The root of a text, with all below it.
    static func parse(_ bytes: [UInt8]) throws(SyntaxError) -> MarkupElement {
        var parser = MarkupParser(bytes)
        _ = parser.skip("\u{FEFF}")
        while parser.position < bytes.count { try parser.step() }
        guard let root = parser.root, parser.open.isEmpty else { throw parser.error }
        return root
    }

    private var error: SyntaxError { SyntaxError(line: line) }
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// One piece of markup, or the text up to the next.
    private mutating func step() throws(SyntaxError) {
        if next != UInt8(ascii: "<") {
            let text = try self.text(until: UInt8(ascii: "<"))
            if let parent = open.last {
                parent.add(text)
            } else if !text.allSatisfy(\.isWhitespace) {
                throw error
            }
        } else if skip("<!--") {
            try skipPast("-->")
        } else if skip("<![CDATA[") {
            guard let parent = open.last else { throw error }
            let start = position
            try skipPast("]]>")
            parent.add(String(decoding: bytes[start..<position - 3], as: UTF8.self))
        } else if skip("<?") {
            try skipPast("?>")
        } else if skip("<!DOCTYPE") {
            guard root == nil else { throw error }
            try skipDocumentType()
        } else if skip("</") {
            guard let element = open.popLast(), try name() == element.name else { throw error }
            skipBlanks()
            guard skip(">") else { throw error }
        } else {
            try readStart()
        }
    }

    private mutating func readStart() throws(SyntaxError) {
        let start = line
        advance()
        let name = try self.name()
        var attributes: [String: String] = [:]
        while true {
            let hadBlank = skipBlanks()
            if skip("/>") {
                try add(MarkupElement(name, attributes, line: start), staysOpen: false)
                return
            }
            if skip(">") {
                try add(MarkupElement(name, attributes, line: start), staysOpen: true)
                return
            }
            guard hadBlank else { throw error }
            let key = try self.name()
            skipBlanks()
            guard skip("=") else { throw error }
            skipBlanks()
            guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw error }
            advance()
            let value = try text(until: quote, isAttribute: true)
            guard next == quote, attributes.updateValue(value, forKey: key) == nil else { throw error }
            advance()
        }
    }

    private mutating func add(_ element: MarkupElement, staysOpen: Bool) throws(SyntaxError) {
        if let parent = open.last {
            parent.add(element)
        } else {
            guard root == nil else { throw error }
            root = element
        }
        guard staysOpen else { return }
        guard open.count < Self.maximumDepth else { throw error }
        open.append(element)
    }

    private mutating func name() throws(SyntaxError) -> String {
        let start = position
        while let byte = next, Self.isInName(byte) { position += 1 }
        guard position > start, !"-.0123456789".utf8.contains(bytes[start]) else { throw error }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"),
            UInt8(ascii: "."), 0x80...:
            true
        default: false
        }
    }

    /// Text with its references resolved, up to a byte or the end.
    private mutating func text(until end: UInt8, isAttribute: Bool = false) throws(SyntaxError) -> String {
        var text: [UInt8] = []
        while let byte = next, byte != end {
            if byte == UInt8(ascii: "&") {
                text += try reference()
            } else {
                guard !isAttribute || byte != UInt8(ascii: "<") else { throw error }
                text.append(byte)
                advance()
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `&amp;`, `&#38;`, `&#x26;`.
    private mutating func reference() throws(SyntaxError) -> [UInt8] {
        advance()
        let start = position
        while let byte = next, byte != UInt8(ascii: ";"), position - start < 10 { advance() }
        guard next == UInt8(ascii: ";") else { throw error }
        let name = String(decoding: bytes[start..<position], as: UTF8.self)
        advance()
        let named = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'"]
        if let character = named[name] { return Array(character.utf8) }
        guard name.hasPrefix("#") else { throw error }
        let isHexadecimal = name.hasPrefix("#x")
        guard let number = UInt32(name.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10),
            number != 0, let scalar = Unicode.Scalar(number)
        else { throw error }
        return Array(String(Character(scalar)).utf8)
    }

    /// Up to the end of a document type; what it declares, in brackets and quotes, means nothing here.
    private mutating func skipDocumentType() throws(SyntaxError) {
        var brackets = 0
        while let byte = next {
            advance()
            switch byte {
            case UInt8(ascii: "["): brackets += 1
            case UInt8(ascii: "]"): brackets -= 1
            case UInt8(ascii: "\""), UInt8(ascii: "'"): try skipPast(byte == UInt8(ascii: "'") ? "'" : "\"")
            case UInt8(ascii: ">") where brackets == 0: return
            default: break
            }
        }
        throw error
    }

    // MARK: Bytes

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    /// Whether there were blanks.
    @discardableResult
    private mutating func skipBlanks() -> Bool {
        let start = position
        while let byte = next, [9, 10, 13, 32].contains(byte) { advance() }
        return position > start
    }

    /// Whether `word`, which has no line end, comes next; it is then read.
    private mutating func skip(_ word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func skipPast(_ word: String) throws(SyntaxError) {
        while position < bytes.count {
            if skip(word) { return }
            advance()
        }
        throw error
    }
}
