/// What a part's headers say of it: its `Content-Disposition` and `Content-Type` (RFC 7578, 4.2 and 4.4).
package struct MultipartHeaders: Equatable {
    /// The form's field; nil when the part does not say, as it must.
    package var name: String?
    /// What the client calls the file; nil when the part is no file. Only ever shown, never a path of ours.
    package var filename: String?
    /// The media type.
    package var type: String?

    init(_ bytes: some Collection<UInt8>) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        for line in text.split(separator: "\r\n", omittingEmptySubsequences: true) {
            guard let colon = line.firstIndex(of: ":") else {
                throw MultipartParser.SyntaxError(reason: "a line of a part's headers has no colon")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            switch line[..<colon].lowercased() {
            case "content-disposition":
                let field = HeaderParameters(value)
                guard field.value == "form-data" else {
                    throw MultipartParser.SyntaxError(reason: "a part's disposition is not form-data")
                }
                name = field["name"]
                filename = field["filename"]
            case "content-type": type = HeaderParameters(value).value
            default: break
            }
        }
    }
}

/// A header field of the form `value; name=word; name="quoted"`.
struct HeaderParameters {
    /// The value in small letters.
    let value: String
    private var parameters: [String: String] = [:]

    init(_ text: some StringProtocol) {
        var rest = Substring(text)
        value = Self.word(&rest, until: ";").lowercased()
        while rest.popFirst() == ";" {
            let name = Self.word(&rest, until: "=;").lowercased()
            guard rest.first == "=" else { continue }
            rest.removeFirst()
            rest = rest.drop { $0 == " " || $0 == "\t" }
            let value = rest.first == "\"" ? Self.quoted(&rest) : Self.word(&rest, until: ";")
            if !name.isEmpty, parameters[name] == nil { parameters[name] = value }
            rest = rest.drop { $0 != ";" }
        }
    }

    subscript(name: String) -> String? { parameters[name] }

    private static func word(_ rest: inout Substring, until ends: String) -> String {
        let word = rest.prefix { !ends.contains($0) }
        rest = rest[word.endIndex...]
        let bare = word.drop { $0 == " " || $0 == "\t" }
        return String(bare.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    /// A backslash stands for a quote or a backslash that follows it; elsewhere it is itself, as in browsers of old that sent paths.
    private static func quoted(_ rest: inout Substring) -> String {
        rest.removeFirst()
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                value.append(next)
                rest.removeFirst()
            } else {
                value.append(character)
            }
        }
        return value
    }
}
