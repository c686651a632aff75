/// A file that says what pictures show: CSV with the columns `file`, `class` and, where the data comes split, `part` (`train`,
/// `validation`, `test`), in any order; other columns are left alone. Paths start from the file's own folder.
///
/// What a `split.csv` holds is such a file too.
package enum ManifestFile {
    /// The folder that a file's paths start from.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Reads a file of labels, and looks whether its pictures are there.
    ///
    /// - Throws: ``DatasetError/wrongLabels(_:)`` with every line that cannot be taken, ``DatasetError/noPictures(folder:)``,
    ///   ``DatasetError/unreadable(file:reason:)``.
    static func read(_ path: String) throws -> Manifest {
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let records: [CSV.Record]
        do throws(CSV.SyntaxError) {
            records = try CSV.parse(text)
        } catch {
            throw DatasetError.wrongLabels([LabelProblem(file: path, line: error.line, reason: error.reason)])
        }
        let header = records.first?.fields.map(\.trimmed) ?? []
        guard let file = header.firstIndex(of: "file"), let className = header.firstIndex(of: "class"),
            Set(header).count == header.count
        else {
            let reason =
                "the first line must name the columns file, class and, if it is split, part, each once. "
                + "What other tools wrote is turned into such a file by 'ocellus import-labels'"
            throw DatasetError.wrongLabels([LabelProblem(file: path, line: 1, reason: reason)])
        }
        var table = Table(path: path, columns: (file, className, header.firstIndex(of: "part")), count: header.count)
        for record in records.dropFirst() { table.add(record) }
        guard table.problems.isEmpty else { throw DatasetError.wrongLabels(table.problems) }
        guard !table.entries.isEmpty else { throw DatasetError.noPictures(folder: path) }
        return Manifest(classNames: table.entries.map(\.className), pictures: table.entries, ignored: [])
    }

    /// Writes a file of labels; one that exists is not overwritten. The column `part` is there when any picture has one.
    ///
    /// - Throws: ``DatasetError/alreadyExists(_:)``, ``DatasetError/unwritable(file:reason:)``.
    package static func write(_ entries: [Manifest.Entry], to path: String) throws {
        let isSplit = entries.contains { $0.part != nil }
        var text = CSV.line(["file", "class"] + (isSplit ? ["part"] : []))
        for entry in entries {
            text += CSV.line([entry.path, entry.className] + (isSplit ? [entry.part?.rawValue ?? ""] : []))
        }
        try writeNewFile(Array(text.utf8), to: path)
    }
}

/// Lines that are read one by one.
private struct Table {
    let path: String
    let columns: (file: Int, className: Int, part: Int?)
    let count: Int
    var entries: [Manifest.Entry] = []
    var problems: [LabelProblem] = []
    private var lines: [String: Int] = [:]
    /// Whether the first line has a part: then all must.
    private var isSplit: Bool?

    init(path: String, columns: (file: Int, className: Int, part: Int?), count: Int) {
        (self.path, self.columns, self.count) = (path, columns, count)
    }

    mutating func add(_ record: CSV.Record) {
        do throws(LabelProblem) {
            entries.append(try entry(record))
        } catch {
            problems.append(error)
        }
    }

    private mutating func entry(_ record: CSV.Record) throws(LabelProblem) -> Manifest.Entry {
        func problem(_ reason: String) -> LabelProblem {
            LabelProblem(file: path, line: record.line, reason: reason)
        }
        guard record.fields.count == count else {
            throw problem("it has \(record.fields.count) fields in place of \(count)")
        }
        let (file, className) = (record.fields[columns.file].trimmed, record.fields[columns.className].trimmed)
        guard !file.isEmpty, !className.isEmpty else { throw problem("it has no \(file.isEmpty ? "file" : "class")") }
        let name = columns.part.map { record.fields[$0].trimmed } ?? ""
        let part = Part(folderName: name)
        guard name.isEmpty || part != nil else {
            throw problem("the part \(quoted(name)) is none of train, validation and test")
        }
        guard (part != nil) == isSplit ?? (part != nil) else {
            throw problem(
                "it has \(part == nil ? "no" : "a") part, the lines before have \(part == nil ? "one" : "none")")
        }
        isSplit = part != nil
        var isFolder = false
        guard fileKind(pathOfFile(file, in: ManifestFile.folder(of: path)), &isFolder), !isFolder else {
            throw problem("there is no file \(quoted(file))")
        }
        if let line = lines.updateValue(record.line, forKey: file) {
            throw problem("\(quoted(file)) is listed in line \(line) already")
        }
        return Manifest.Entry(path: file, className: className, part: part)
    }
}
