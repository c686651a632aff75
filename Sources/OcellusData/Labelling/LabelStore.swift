/// What a person has said of a picture.
public enum PictureMark: Sendable, Equatable {
    /// It shows this class.
    case label(String)
    /// The person could not tell.
    case notSure
}

/// The labels that a person gives, in the file that `train`, `evaluate` and `check` take (CSV: `file`, `class`, `part`).
///
/// Every label is on the disk when the call that gives it returns. Pictures of which a person is not sure stand in a file of
/// their own beside it, `labels.not-sure.csv` for `labels.csv`, so that they are never trained on. Lines of a file that exists
/// are kept, those of pictures that are elsewhere too.
public final class LabelStore {
    /// The file of labels, links followed.
    public var path: String { labels.path }
    /// The classes, in the order given; those that the file has when none were given.
    public let classes: [String]
    /// What had to be mended when the files were read, in words for a person.
    public var remarks: [String] { labels.remarks + unsure.remarks }

    private let labels: DurableTable
    private let unsure: DurableTable
    private let part: Part?
    private var places = PlaceTable()
    /// Marks by place.
    private var marks: [String: PictureMark] = [:]
    /// Whether the marks are those of the files; not when these are wrong.
    private var isIndexed = false

    /// Opens the file of labels, or makes it.
    ///
    /// - Parameters:
    ///   - classes: the names that labels may have; nil for `usual` and those that the file has already.
    ///   - usual: the names to take when none are given: a model's.
    ///   - part: the part that new labels belong to; nil where the pictures are not split yet.
    /// - Throws: ``DatasetError`` for a file that is open elsewhere, cannot be written, or has lines that are wrong, each with its
    ///   number; labels of a class that was not given; fewer than two classes.
    public init(_ path: String, classes given: [String]?, usual: [String] = [], part: Part? = nil) throws {
        guard path.lowercased().hasSuffix(".csv") else {
            throw DatasetError.invalidOption(
                name: "output", value: path,
                reason: "a file of labels must end in .csv, so that 'ocellus train' takes it")
        }
        labels = try DurableTable(path, header: ["file", "class", "part"]) { fields, rows, header in
            Self.isTorn(fields, rows, header, classes: given ?? usual)
        }
        unsure = try DurableTable(String(path.dropLast(4)) + ".not-sure.csv", header: ["file"], isLazy: true)
        self.part = part
        var found: [String] = []
        if let column = labels.column("class") {
            for row in labels.rows where row.fields.count > column { found.append(row.fields[column].trimmed) }
        }
        let others = Set(found).subtracting(usual).sorted(by: isOrderedByScalars)
        classes = try Self.checked(given ?? usual + others, given: given != nil, path)
        try index()
    }

    /// What tells files apart: a file's path with the links resolved in its folders, not in its own name.
    package func place(of file: String) -> String { places[file] }

    /// What was said of the picture at a place; nil when nothing was.
    package func mark(at place: String) -> PictureMark? { marks[place] }

    /// How many labels there are, of each class in its order.
    public var counts: [Int] {
        let labels = marks.values.compactMap { if case .label(let name) = $0 { name } else { nil } }
        let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
        return classes.map { counts[$0] ?? 0 }
    }

    /// The places of all pictures that were marked.
    package var markedPlaces: some Sequence<String> { marks.keys }

    /// Reads the files again if another program has changed them.
    ///
    /// - Returns: whether that was so.
    /// - Throws: ``DatasetError`` when they are gone, or wrong now; then nothing can be written.
    package func refresh() throws -> Bool {
        let areLabelsNew = try labels.refresh()
        guard try unsure.refresh() || areLabelsNew || !isIndexed else { return false }
        try index()
        return true
    }

    /// Says of pictures what they show, or takes back what was said of them (nil). It is on the disk when this returns.
    ///
    /// - Throws: ``DatasetError``; then nothing has changed.
    package func set(_ mark: PictureMark?, at files: [String]) throws {
        if case .label(let name) = mark, !classes.contains(name) {
            throw DatasetError.invalidOption(
                name: "class", value: name, reason: "the classes are \(classes.joined(separator: ", "))")
        }
        var new: Set<String> = []
        let files = files.filter { marks[$0] != mark && new.insert($0).inserted }
        // A picture that stands in both files has its label: so what is new is written before what is old is removed.
        switch mark {
        case .label(let name):
            try write(name, of: files)
            for file in files { marks[file] = mark }
            // Should that fail, it changes nothing: the label counts.
            try? remove(files, from: unsure)
        case .notSure:
            try unsure.append(files.map { [name(of: $0)] })
            try remove(files, from: labels)
        case nil:
            try remove(files, from: labels)
            for file in files where marks[file] != .notSure { marks[file] = nil }
            try remove(files, from: unsure)
        }
        for file in files { marks[file] = mark }
    }
}

extension LabelStore {
    /// Writes labels: appends those of pictures that have none, and writes the file anew for others.
    private func write(_ className: String, of files: [String]) throws {
        guard let column = labels.column("class") else { return }
        let known = files.filter { if case .label = marks[$0] { true } else { false } }
        var rows = labels.rows
        if !known.isEmpty {
            let changed = Set(known)
            rows = rows.map { row in
                guard changed.contains(place(row, in: labels)) else { return row }
                var fields = row.fields
                fields[column] = className
                return CSV.Record(line: row.line, fields: fields)
            }
        }
        let new = files.filter { !known.contains($0) }.map { file in
            labels.header.map { column in
                switch column {
                case "file": name(of: file)
                case "class": className
                case "part": part?.rawValue ?? ""
                default: ""
                }
            }
        }
        if known.isEmpty {
            try labels.append(new)
        } else {
            try labels.replace(with: rows + new.map { CSV.Record(line: 0, fields: $0) })
        }
    }

    private func remove(_ files: [String], from table: DurableTable) throws {
        let gone = Set(files)
        let rows = table.rows.filter { !gone.contains(place($0, in: table)) }
        if rows.count < table.rows.count { try table.replace(with: rows) }
    }

    /// How the file calls a picture: from its own folder on.
    private func name(of file: String) -> String {
        relativePath(of: file, from: ManifestFile.folder(of: path))
    }

    private func place(_ row: CSV.Record, in table: DurableTable) -> String {
        guard let column = table.column("file"), row.fields.count > column else { return "" }
        return places[pathOfFile(row.fields[column].trimmed, in: ManifestFile.folder(of: path))]
    }

    /// Makes the table of marks from the rows.
    private func index() throws {
        isIndexed = false
        var problems: [LabelProblem] = []
        var marks: [String: PictureMark] = [:]
        for row in unsure.rows { marks[place(row, in: unsure)] = .notSure }
        guard let file = labels.column("file"), let className = labels.column("class"),
            Set(labels.header).count == labels.header.count
        else {
            throw DatasetError.wrongLabels([
                LabelProblem(
                    file: path, line: 1, reason: "the first line must name the columns file and class, each once")
            ])
        }
        let partColumn = labels.column("part")
        var lines: [String: Int] = [:]
        for row in labels.rows {
            func problem(_ reason: String) { problems.append(LabelProblem(file: path, line: row.line, reason: reason)) }
            guard row.fields.count == labels.header.count else {
                problem("it has \(row.fields.count) fields in place of \(labels.header.count)")
                continue
            }
            let name = row.fields[className].trimmed
            if !classes.contains(name) {
                problem("the class \(quoted(name)) is not among the classes \(classes.joined(separator: ", "))")
            }
            let isInPart = partColumn.map { !row.fields[$0].trimmed.isEmpty } ?? false
            if isInPart != (part != nil) {
                problem(
                    isInPart
                        ? "its picture has a part; say with --part which part new labels belong to"
                        : "its picture has no part; leave out --part")
            }
            let place = place(row, in: labels)
            if let line = lines.updateValue(row.line, forKey: place) {
                problem("\(quoted(row.fields[file])) is listed in line \(line) already")
            }
            marks[place] = .label(name)
        }
        if part != nil, partColumn == nil, problems.isEmpty {
            problems.append(LabelProblem(file: path, line: 1, reason: "it has no column part; leave out --part"))
        }
        guard problems.isEmpty else { throw DatasetError.wrongLabels(problems) }
        self.marks = marks
        isIndexed = true
    }

    /// Whether the last field may be the start of a longer one.
    private static func isTorn(
        _ fields: [String], _ rows: [CSV.Record], _ header: [String], classes: [String]
    ) -> Bool {
        guard let text = fields.last, let name = header.last else { return false }
        let whole: [String]
        switch name.trimmed {
        case "class": whole = classes + rows.dropFirst().compactMap(\.fields.last)
        case "part": whole = text.isEmpty ? [] : Part.allCases.map(\.rawValue)
        default: return false
        }
        return whole.contains { $0 != text && $0.hasPrefix(text) }
    }

    private static func checked(_ classes: [String], given: Bool, _ path: String) throws -> [String] {
        func invalid(_ reason: String) -> DatasetError {
            .invalidOption(
                name: "classes", value: classes.isEmpty ? "empty" : classes.joined(separator: ","), reason: reason)
        }
        guard classes.count >= 2 else {
            throw invalid(
                given ? "two or more are needed" : "\(quoted(path)) does not have two classes yet: give their names")
        }
        guard Set(classes).count == classes.count else { throw invalid("each name may stand there once") }
        for name in classes where name.trimmed.isEmpty || name != name.trimmed || name.contains(where: \.isNewline) {
            throw invalid("a name must have letters, and no spaces around them")
        }
        return classes
    }
}
