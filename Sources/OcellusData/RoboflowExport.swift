import FoundationEssentials

/// A multi-class export of Roboflow: a folder of pictures for each part (`train/`, `valid/`, `test/`), with a `_classes.csv`
/// in each, or one folder that is not split. See ``RoboflowTable``.
package struct RoboflowExport {
    package static let fileName = "_classes.csv"

    private let folder: String
    private let parts: [(name: String, part: Part?)]
    private let ignoredFolders: [String]
    private var problems: [LabelProblem] = []

    /// Nil when the folder is no such export.
    ///
    /// - Throws: ``DatasetError/unlistable(folder:reason:)``.
    package init?(folder: String) throws {
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
        guard folders.contains(where: { Part(folderName: $0) != nil && hasLabels($0 + "/") }) else {
            return nil
        }
        parts = folders.compactMap { name in Part(folderName: name).map { (name + "/", $0) } }
        ignoredFolders = folders.filter { Part(folderName: $0) == nil }.map { $0 + "/" }
    }

    /// The pictures with their labels.
    ///
    /// - Throws: ``DatasetError/wrongLabels(_:)`` with every line that cannot be taken: bad syntax, no label or several, a
    ///   file that is missing or listed twice.
    package func manifest() throws -> Manifest {
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
        let classes: [String]
        var labels: [(path: String, className: String)] = []
        /// Files beside the table that it does not list.
        var unlisted: [String] = []
    }

    /// The table of a part; nil when nothing of it can be used.
    private mutating func read(_ name: String) throws -> Table? {
        let path = "\(folder)/\(name)\(Self.fileName)"
        let source = try RoboflowTable(path: path)
        var found = source.problems
        defer { problems += found.sorted { $0.line ?? 0 < $1.line ?? 0 } }
        guard !source.classes.isEmpty else { return nil }
        var table = Table(path: path, classes: source.classes)
        let files = Set(try Self.names(in: "\(folder)/\(name)"))
        var seen: [String: Int] = [:]
        for line in source.lines {
            func problem(_ reason: String) {
                found.append(LabelProblem(file: path, line: line.number, reason: reason))
            }
            if line.labels.count != 1 {
                let named = line.labels.map(quoted).joined(separator: ", ")
                problem(
                    "\(quoted(line.file)) has "
                        + (line.labels.isEmpty ? "no label" : "\(line.labels.count) labels: \(named)")
                        + "; a picture has one class")
            } else if let number = seen.updateValue(line.number, forKey: line.file) {
                problem("\(quoted(line.file)) is listed in line \(number) already")
            } else if !files.contains(line.file) {
                problem("there is no file \(quoted(name + line.file))")
            } else {
                table.labels.append((name + line.file, line.labels[0]))
            }
        }
        table.unlisted = files.filter { seen[$0] == nil && $0 != Self.fileName }.map { name + $0 }
        return table
    }

    /// What a folder holds, hidden files aside.
    private static func names(in folder: String) throws -> [String] {
        try listFolder(folder).filter { !$0.hasPrefix(".") }
    }
}

extension LabelProblem: Error {}

extension String {
    /// Without the spaces around it.
    package var trimmed: String {
        guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(self[first...last])
    }
}
