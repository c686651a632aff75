import FoundationEssentials
import OcellusImages

/// A check as one HTML page with thumbnails, which needs nothing else: it can be sent, and read in the dark, on paper and on a
/// phone.
public struct CheckReport {
    private let check: DatasetCheck

    /// Pictures of one finding that are shown.
    private static let mostPictures = 8
    /// Findings of one kind that are shown.
    private static let mostFindings = 60
    private static let thumbnailSide = 128

    /// A page about a check.
    public init(_ check: DatasetCheck) { self.check = check }

    /// Writes the page; a file that exists is not overwritten.
    ///
    /// - Throws: ``DatasetError/alreadyExists(_:)``, ``DatasetError/unwritable(file:reason:)``.
    public func write(to path: String) throws { try writeNewFile(Array(html.utf8), to: path) }

    /// The page.
    public var html: String {
        let dataset = check.dataset
        let kinds = DatasetFinding.Kind.allCases.map { ($0, check.findings($0)) }.filter { !$0.1.isEmpty }
        let summary = kinds.map { kind, findings in
            "<tr><td><a href=\"#\(kind.rawValue)\">\(escaped(kind.title))</a></td>"
                + "<td class=\"\(kind.severity.rawValue)\">\(kind.severity.rawValue)</td>"
                + "<td class=\"number\">\(findings.count)</td></tr>"
        }.joined(separator: "\n")
        let most = max(1, dataset.counts.max() ?? 1)
        let classes = zip(dataset.classes, dataset.counts).map { name, count in
            "<tr><td>\(escaped(name))</td><td class=\"number\">\(count)</td><td class=\"bar\">"
                + "<div style=\"width:\(100 * count / most)%\"></div></td></tr>"
        }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escaped(dataset.source)): check</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <h1>Check of \(escaped(dataset.source))</h1>
            <p>\(dataset.samples.count) pictures of \(dataset.classes.count) classes; fingerprint \(dataset.fingerprint).</p>
            <h2>Findings</h2>
            \(kinds.isEmpty ? "<p>Nothing was found.</p>" : "<table><tr><th>what</th><th>how bad</th><th>how many</th></tr>\n\(summary)</table>")
            <h2>Classes</h2>
            <table><tr><th>class</th><th>pictures</th><th></th></tr>
            \(classes)
            </table>
            \(kinds.map { section($0, $1) }.joined(separator: "\n"))
            </body>
            </html>

            """
    }

    private func section(_ kind: DatasetFinding.Kind, _ findings: [DatasetFinding]) -> String {
        let thumbnails = Thumbnails(check.dataset, side: Self.thumbnailSide)
        let shown = findings.prefix(Self.mostFindings).map { finding in
            let pictures = finding.pictures.prefix(Self.mostPictures).map { path in
                let caption = "<figcaption>\(escaped(path))</figcaption>"
                guard kind != .unreadable, let data = thumbnails.jpeg(of: path) else {
                    return "<figure>\(caption)</figure>"
                }
                let source = "data:image/jpeg;base64," + Data(data).base64EncodedString()
                return "<figure><img src=\"\(source)\" alt=\"\" loading=\"lazy\">\(caption)</figure>"
            }.joined()
            let more = finding.pictures.count - Self.mostPictures
            return "<div class=\"finding\"><p>\(escaped(finding.message))</p><div class=\"pictures\">\(pictures)</div>"
                + (more > 0 ? "<p>and \(more) more</p>" : "") + "</div>"
        }.joined(separator: "\n")
        let more = findings.count - Self.mostFindings
        return "<h2 id=\"\(kind.rawValue)\">\(escaped(kind.title)) (\(findings.count))</h2>\n\(shown)"
            + (more > 0 ? "\n<p>and \(more) more, which <code>ocellus check --json</code> lists</p>" : "")
    }

    private static let style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
        h2 { margin-top: 2.5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
        table { border-collapse: collapse; }
        th, td { text-align: left; padding: .25rem 1rem .25rem 0; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        .bar { width: 20rem; } .bar div { background: #3584e4; height: .7rem; }
        .error { font-weight: bold; } .error::before { content: "● "; } .warning::before { content: "▲ "; } .note::before { content: "○ "; }
        .finding { margin: 1rem 0; break-inside: avoid; } .finding p { margin: .2rem 0; overflow-wrap: anywhere; }
        .pictures { display: flex; flex-wrap: wrap; gap: .75rem; }
        figure { margin: 0; max-width: 10rem; } figure img { display: block; max-width: 100%; }
        figcaption { font-size: .75rem; overflow-wrap: anywhere; opacity: .8; }
        """
}

/// Small copies of pictures.
private struct Thumbnails {
    private let files: [String: String]
    private let side: Int

    init(_ dataset: Dataset, side: Int) {
        files = Dictionary(
            dataset.samples.map { ($0.path, dataset.file(of: $0)) }, uniquingKeysWith: { first, _ in first })
        self.side = side
    }

    func jpeg(of path: String) -> [UInt8]? {
        guard let file = files[path], let image = try? RGBImage.decode(contentsOf: file) else { return nil }
        let scale = min(1, Double(side) / Double(max(image.width, image.height)))
        let small = image.resized(
            width: max(1, Int((Double(image.width) * scale).rounded())),
            height: max(1, Int((Double(image.height) * scale).rounded())))
        return try? small.encodeJPEG(quality: 80)
    }
}

/// Text as HTML shows it.
private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.append(character)
        }
    }
    return result
}
