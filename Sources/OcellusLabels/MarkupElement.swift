import Foundation
import FoundationXML
import OcellusData

/// An element of an XML file, with the line that it starts on.
final class MarkupElement {
    let name: String
    let attributes: [String: String]
    let line: Int
    fileprivate(set) var children: [MarkupElement] = []
    fileprivate(set) var text = ""

    fileprivate init(_ name: String, _ attributes: [String: String], line: Int) {
        (self.name, self.attributes, self.line) = (name, attributes, line)
    }

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
        // Foundation's parser crashes on names that are no UTF-8.
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw DatasetError.wrongLabels([LabelProblem(file: file.path, line: nil, reason: "it is not UTF-8 text")])
        }
        let reader = MarkupReader()
        let parser = XMLParser(data: Data(bytes))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        guard parser.parse(), !reader.failed, let root = reader.root else {
            throw DatasetError.wrongLabels([
                LabelProblem(file: file.path, line: max(1, parser.lineNumber), reason: "it is no XML from here on")
            ])
        }
        return root
    }
}

/// Makes elements of what the parser meets. Deeper nesting than any of the formats has is refused.
private final class MarkupReader: NSObject, XMLParserDelegate {
    private(set) var root: MarkupElement?
    private(set) var failed = false
    private var open: [MarkupElement] = []
    private static let maximumDepth = 64

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard open.count < Self.maximumDepth else {
            failed = true
            parser.abortParsing()
            return
        }
        let element = MarkupElement(name, attributes, line: parser.lineNumber)
        if let parent = open.last { parent.children.append(element) } else { root = element }
        open.append(element)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        _ = open.popLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) { open.last?.text += text }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) { failed = true }
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
