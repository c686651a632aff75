/// A `_classes.csv`: its first line is `filename, CLASS, CLASS, …`; every other has a file and a 1 below its classes, 0 below
/// the others. Spaces follow the commas.
package struct RoboflowTable {
    /// One line.
    package struct Line {
        /// Its number, from 1.
        package let number: Int
        package let file: String
        /// The classes that have a 1.
        package let labels: [String]
    }

    /// In the order of the columns; empty when the first line is wrong.
    package private(set) var classes: [String] = []
    package private(set) var lines: [Line] = []
    /// Lines that cannot be taken.
    package private(set) var problems: [LabelProblem] = []

    /// Reads a table.
    ///
    /// - Throws: ``DatasetError/unreadable(file:reason:)``.
    package init(path: String) throws {
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let records: [CSV.Record]
        do throws(CSV.SyntaxError) {
            records = try CSV.parse(text)
        } catch {
            problems = [LabelProblem(file: path, line: error.line, reason: error.reason)]
            return
        }
        let header = records.first?.fields.map(\.trimmed) ?? []
        guard header.count >= 2, header[0] == "filename", !header.contains(""), Set(header).count == header.count else {
            let reason = "the first line must be filename and the classes' names, each once, with commas between them"
            problems = [LabelProblem(file: path, line: 1, reason: reason)]
            return
        }
        classes = Array(header.dropFirst())
        for record in records.dropFirst() {
            let fields = record.fields.map(\.trimmed)
            func problem(_ reason: String) -> LabelProblem {
                LabelProblem(file: path, line: record.line, reason: reason)
            }
            if fields.count != header.count {
                problems.append(problem("it has \(fields.count) fields in place of \(header.count)"))
            } else if let other = fields.dropFirst().first(where: { $0 != "0" && $0 != "1" }) {
                problems.append(problem("\(quoted(other)) is neither 0 nor 1"))
            } else {
                let labels = zip(classes, fields.dropFirst()).filter { $1 == "1" }.map(\.0)
                lines.append(Line(number: record.line, file: fields[0], labels: labels))
            }
        }
    }
}
