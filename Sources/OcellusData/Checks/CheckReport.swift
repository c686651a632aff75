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
        let kinds = Self.kinds.map { ($0, check.findings($0)) }.filter { !$0.1.isEmpty }
        let summary = kinds.map { kind, findings in
            "<tr><td><a href=\"#\(kind.rawValue)\">\(escapedHTML(kind.title))</a></td>"
                + "<td class=\"\(kind.severity.rawValue)\">\(kind.severity.rawValue)</td>"
                + "<td class=\"number\">\(findings.count)</td></tr>"
        }.joined(separator: "\n")
        let most = max(1, dataset.counts.max() ?? 1)
        let classes = zip(dataset.classes, dataset.counts).map { name, count in
            "<tr><td>\(escapedHTML(name))</td><td class=\"number\">\(count)</td><td class=\"bar\">"
                + "<div style=\"width:\(100 * count / most)%\"></div></td></tr>"
        }.joined(separator: "\n")
        let name = dataset.source.split(separator: "/").last.map(String.init) ?? dataset.source
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escapedHTML(name)): check</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header>
            <h1>Check of \(escapedHTML(name))</h1>
            <p>\(dataset.samples.count) pictures of \(dataset.classes.count) classes in <code>\(escapedHTML(dataset.source))</code>, \
            fingerprint <code>\(dataset.fingerprint)</code></p>
            </header>
            <main>
            <div class="overview">
            <section>
            <h2>Findings</h2>
            \(kinds.isEmpty ? "<p>Nothing was found.</p>" : "<table><tr><th>what</th><th>how bad</th><th class=\"number\">how many</th></tr>\n\(summary)</table>")
            </section>
            <section>
            <h2>Classes</h2>
            <table class="classes"><tr><th>class</th><th class="number">pictures</th><th></th></tr>
            \(classes)
            </table>
            </section>
            </div>
            \(kinds.map { section($0, $1) }.joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    /// Errors first, then warnings, then notes.
    private static let kinds = [DatasetFinding.Severity.error, .warning, .note].flatMap { severity in
        DatasetFinding.Kind.allCases.filter { $0.severity == severity }
    }

    private func section(_ kind: DatasetFinding.Kind, _ findings: [DatasetFinding]) -> String {
        let thumbnails = Thumbnails(check.dataset, side: Self.thumbnailSide)
        func figure(_ path: String, _ caption: String) -> String {
            let caption = "<figcaption>\(escapedHTML(caption))</figcaption>"
            guard kind != .unreadable, let data = thumbnails.jpeg(of: path) else {
                return "<figure>\(caption)</figure>"
            }
            let source = "data:image/jpeg;base64," + Data(data).base64EncodedString()
            return "<figure><img src=\"\(source)\" alt=\"\(escapedHTML(path))\" loading=\"lazy\">\(caption)</figure>"
        }
        let shown = findings.prefix(Self.mostFindings)
        let content: String
        if kind != .unreadable, shown.allSatisfy({ $0.pictures.count == 1 }) {
            // One picture each: side by side, each with what is said of it.
            content =
                "<div class=\"pictures\">"
                + shown.map { figure($0.pictures[0], $0.message) }.joined() + "</div>"
        } else {
            content = shown.map { finding in
                let figures = finding.pictures.prefix(Self.mostPictures).map { figure($0, $0) }.joined()
                let more = finding.pictures.count - Self.mostPictures
                return "<div class=\"finding\"><p>\(escapedHTML(finding.message))</p>"
                    + (kind == .unreadable || figures.isEmpty ? "" : "<div class=\"pictures\">\(figures)</div>")
                    + (more > 0 ? "<p>and \(more) more</p>" : "") + "</div>"
            }.joined(separator: "\n")
        }
        let more = findings.count - Self.mostFindings
        return
            "<section>\n<h2 id=\"\(kind.rawValue)\" class=\"\(kind.severity.rawValue)\">\(escapedHTML(kind.title)) (\(findings.count))</h2>\n"
            + "<p class=\"advice\">\(escapedHTML(kind.advice))</p>\n\(content)"
            + (more > 0 ? "\n<p>and \(more) more, which <code>ocellus check --json</code> lists</p>" : "")
            + "\n</section>"
    }

    private static let style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --error: light-dark(#c01c28, #ff7b72); \
        --warning: light-dark(#8a5a00, #e5a50a); --line: color-mix(in srgb, currentColor 22%, transparent); }
        body { max-width: 76rem; margin: 1.5rem auto; padding: 0 1rem; background: light-dark(#fff, #16181c); \
        color: light-dark(#1c1e21, #e4e6e9); }
        h1, h2, p, code { overflow-wrap: anywhere; } h1 { margin: 0; line-height: 1.2; }
        h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); scroll-margin-top: .5rem; }
        a { color: light-dark(#1a5fb4, #78aeed); }
        .overview { display: flex; flex-wrap: wrap; column-gap: 4rem; } .overview section { flex: 1 1 20rem; min-width: 0; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; } th { font-weight: 600; font-size: .85rem; opacity: .75; }
        .classes td:first-child { overflow-wrap: anywhere; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        .bar { width: 50%; padding-right: 0; vertical-align: middle; } .bar div { background: light-dark(#3584e4, #62a0ea); height: .7rem; border-radius: 2px; }
        td.error, td.warning, td.note { white-space: nowrap; }
        .error::before { content: "● "; color: var(--error); } .warning::before { content: "▲ "; color: var(--warning); } .note::before { content: "○ "; }
        .advice { margin: 0 0 .75rem; opacity: .8; max-width: 60rem; }
        .finding { margin: 1rem 0; break-inside: avoid; } .finding p { margin: .2rem 0; }
        .pictures { display: grid; grid-template-columns: repeat(auto-fill, 8rem); gap: .75rem; }
        figure { margin: 0; break-inside: avoid; } figure img { display: block; max-width: 8rem; border-radius: 3px; }
        figcaption { font-size: .75rem; line-height: 1.35; margin-top: .2rem; overflow-wrap: anywhere; opacity: .85; }
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
