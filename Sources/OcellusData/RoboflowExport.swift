import FoundationEssentials

/// A multi-class export of Roboflow: a folder of pictures for each part (`train/`, `valid/`, `test/`), with a `_classes.csv`
/// in each, or one folder that is not split.
///
/// The table's first line is `filename, CLASS, CLASS, …`; every other has a file and a 1 below its class, 0 below the
/// others. Spaces follow the commas.
struct RoboflowExport {
    static let fileName = "_classes.csv"

    private let folder: String
    private let parts: [(name: String, part: Part?)]
    private let ignoredFolders: [String]
    private var problems: [LabelProblem] = []

    /// Nil when the folder is no such export.
    ///
    /// - Throws: ``DatasetError/unlistable(folder:reason:)``.
    init?(folder: String) throws {
        self.folder = folder
        func hasLabels(_ name: String) -> Bool {
            var isFolder = false
            return fileKind("\(folder)/\(name)\(Self.fileName)", &isFolder) && !isFolder
        }
        if hasLabels("") {
            (parts, ignoredFolders) = ([("", nil)], [])
            return
        }
        let folders = try Self.names(in: folder).filter { name in
            var isFolder = false
            return fileKind(folder + "/" + name, &isFolder) && isFolder
        }
        guard folders.contains(where: { FolderListing.part(named: $0) != nil && hasLabels($0 + "/") }) else {
            return nil
        }
        parts = folders.compactMap { name in FolderListing.part(named: name).map { (name + "/", $0) } }
        ignoredFolders = folders.filter { FolderListing.part(named: $0) == nil }.map { $0 + "/" }
    }

    /// The pictures with their labels.
    ///
    /// - Throws: ``DatasetError/wrongLabels(_:)`` with every line that cannot be taken: bad syntax, no label or several, a
    ///   file that is missing or listed twice.
    func manifest() throws -> Manifest {
        var reader = self
        var tables: [(part: Part?, table: Table)] = []
        for (name, part) in parts {
            if let table = try reader.read(name) { tables.append((part, table)) }
        }
        let classes = Set(tables.flatMap(\.table.classes))
        for (_, table) in tables {
            let missing = classes.subtracting(table.classes).sorted(by: isOrderedByScalars)
            guard !missing.isEmpty else { continue }
            reader.problems.append(
                LabelProblem(
                    file: table.path, line: 1,
                    reason:
                        "it has no column for \(missing.map(quoted).joined(separator: ", ")), which other parts have"))
        }
        guard reader.problems.isEmpty else { throw DatasetError.wrongLabels(reader.problems) }
        return Manifest(
            classNames: classes,
            pictures: tables.flatMap { part, table in
                table.labels.map { Manifest.Entry(path: $0.path, className: $0.className, part: part) }
            }, ignored: ignoredFolders + tables.flatMap(\.table.unlisted))
    }

    private struct Table {
        let path: String
        var classes: [String] = []
        var labels: [(path: String, className: String)] = []
        /// Files beside the table that it does not list.
        var unlisted: [String] = []
    }

    /// The table of a part; nil when nothing of it can be used.
    private mutating func read(_ name: String) throws -> Table? {
        var table = Table(path: "\(folder)/\(name)\(Self.fileName)")
        let text = String(decoding: try readFile(table.path), as: UTF8.self)
        let records: [CSV.Record]
        do {
            records = try CSV.parse(text)
        } catch {
            problems.append(LabelProblem(file: table.path, line: error.line, reason: error.reason))
            return nil
        }
        let header = records.first?.fields.map(\.trimmed) ?? []
        guard header.count >= 2, header[0] == "filename", !header.contains(""), Set(header).count == header.count else {
            problems.append(
                LabelProblem(
                    file: table.path, line: 1,
                    reason:
                        "the first line must be filename and the classes' names, each once, with commas between them"))
            return nil
        }
        table.classes = Array(header.dropFirst())
        let files = Set(try Self.names(in: "\(folder)/\(name)"))
        var seen: [String: Int] = [:]
        for record in records.dropFirst() {
            do throws(LabelProblem) {
                let (file, className) = try Self.label(record, of: table)
                if let line = seen.updateValue(record.line, forKey: file) {
                    throw LabelProblem(
                        file: table.path, line: record.line, reason: "\(quoted(file)) is listed in line \(line) already"
                    )
                }
                guard files.contains(file) else {
                    throw LabelProblem(
                        file: table.path, line: record.line, reason: "there is no file \(quoted(name + file))")
                }
                table.labels.append((name + file, className))
            } catch {
                problems.append(error)
            }
        }
        table.unlisted = files.filter { seen[$0] == nil && $0 != Self.fileName }.map { name + $0 }
        return table
    }

    /// The file of a line and its one class.
    private static func label(
        _ record: CSV.Record, of table: Table
    ) throws(LabelProblem) -> (file: String, className: String) {
        func problem(_ reason: String) -> LabelProblem {
            LabelProblem(file: table.path, line: record.line, reason: reason)
        }
        let fields = record.fields.map(\.trimmed)
        guard fields.count == table.classes.count + 1 else {
            throw problem("it has \(fields.count) fields in place of \(table.classes.count + 1)")
        }
        if let other = fields.dropFirst().first(where: { $0 != "0" && $0 != "1" }) {
            throw problem("\(quoted(other)) is neither 0 nor 1")
        }
        let labels = zip(table.classes, fields.dropFirst()).filter { $1 == "1" }.map(\.0)
        guard labels.count == 1 else {
            let named = labels.map(quoted).joined(separator: ", ")
            throw problem(
                "\(quoted(fields[0])) has " + (labels.isEmpty ? "no label" : "\(labels.count) labels: \(named)")
                    + "; a picture has one class")
        }
        return (fields[0], labels[0])
    }

    /// What a folder holds, hidden files aside.
    private static func names(in folder: String) throws -> [String] {
        try listFolder(folder).filter { !$0.hasPrefix(".") }
    }
}

extension LabelProblem: Error {}

extension String {
    /// Without the spaces around it.
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(self[first...last])
    }
}
