import OcellusData

/// An element of an XML file, with the line that it starts on.
final class MarkupElement {
    let name: String
    let attributes: [String: String]
    let line: Int
    private(set) var children: [MarkupElement] = []
    private var text = ""

    init(_ name: String, _ attributes: [String: String], line: Int) {
        (self.name, self.attributes, self.line) = (name, attributes, line)
    }

    func add(_ child: MarkupElement) { children.append(child) }
    func add(_ more: String) { text += more }

    /// The first child of a name.
    subscript(name: String) -> MarkupElement? { children.first { $0.name == name } }

    /// All children of a name.
    func all(_ name: String) -> [MarkupElement] { children.filter { $0.name == name } }

    /// The text without the blanks around it; nil when there is none.
    var content: String? {
        let trimmed = text.split(whereSeparator: \.isNewline).map(\.trimmedOfBlanks).filter { !$0.isEmpty }
            .joined(separator: " ")
        return trimmed.isEmpty ? nil : trimmed
    }

    /// A child's text as a number.
    func number(_ name: String) -> Double? { self[name]?.content.flatMap(Double.init) }

    /// The root of a file, with all below it.
    ///
    /// - Throws: ``DatasetError/wrongLabels(_:)`` with the line where it is no XML; ``DatasetError/unreadable(file:reason:)``.
    static func parse(_ file: LabelFile) throws -> MarkupElement {
        let bytes = try file.read()
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw DatasetError.wrongLabels([LabelProblem(file: file.path, line: nil, reason: "it is not UTF-8 text")])
        }
        do throws(MarkupParser.SyntaxError) {
            return try MarkupParser.parse(bytes)
        } catch {
            throw DatasetError.wrongLabels([
                LabelProblem(file: file.path, line: error.line, reason: "it is no XML from here on")
            ])
        }
    }
}

extension LabelFile {
    /// The name of the first element of an XML file, as far as its first 4 KiB show it.
    var firstElement: String? {
        guard let bytes = try? readStart(of: path, count: 4096) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        for piece in text.split(separator: "<").dropFirst(text.hasPrefix("<") ? 0 : 1) {
            guard let first = piece.first, first.isLetter || first == "_" else { continue }
            return String(piece.prefix { $0.isLetter || $0.isNumber || "_-.:".contains($0) })
        }
        return nil
    }
}
