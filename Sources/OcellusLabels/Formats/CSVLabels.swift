import OcellusData

/// Comma-separated values: a column for the file, one for the class, perhaps one for the part, perhaps four for a box. Names of
/// columns are the usual ones; a table of two columns needs no first line with names.
enum CSVLabels: LabelReader {
    static let endings = [".csv"]

    private static let fileNames: Set<String> = [
        "file", "filename", "file_name", "image", "image_name", "image_path", "path", "filepath", "img", "picture",
    ]
    private static let classNames: Set<String> = [
        "class", "label", "category", "classname", "class_name", "label_name", "cell_type", "target", "type",
    ]
    private static let partNames: Set<String> = ["part", "split", "set", "subset", "data set"]

    /// Which column says what.
    private struct Columns {
        var file: Int
        var label: Int
        var part: Int?
        /// Left, top, right and bottom.
        var box: [Int]?
        var count: Int
        var hasHeader: Bool

        init?(_ first: [String]) {
            let names = first.map { $0.trimmed.lowercased() }
            count = names.count
            if let file = names.firstIndex(where: fileNames.contains),
                let label = names.firstIndex(where: classNames.contains)
            {
                (self.file, self.label, hasHeader) = (file, label, true)
                part = names.firstIndex(where: partNames.contains)
                let corners = ["xmin", "ymin", "xmax", "ymax"].map(names.firstIndex(of:))
                box = corners.contains(nil) ? nil : corners.compactMap(\.self)
            } else if names.count == 2, FolderListing.isPicture(first[0].trimmed) {
                (file, label, hasHeader) = (0, 1, false)
            } else {
                return nil
            }
        }
    }

    static func recognizes(_ file: LabelFile) -> Bool {
        guard let bytes = try? readStart(of: file.path, count: 4096) else { return false }
        let start = String(decoding: bytes, as: UTF8.self)
        let line = start.prefix { !$0.isNewline }
        guard let records = try? CSV.parse(String(line)), let first = records.first else { return false }
        return Columns(first.fields) != nil
    }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        for file in files {
            let records: [CSV.Record]
            let text = try file.text()
            do throws(CSV.SyntaxError) {
                records = try CSV.parse(text)
            } catch {
                throw DatasetError.wrongLabels([LabelProblem(file: file.path, line: error.line, reason: error.reason)])
            }
            guard let first = records.first, let columns = Columns(first.fields) else { continue }
            var places: [String: Int] = [:]
            var pictures: [ForeignPicture] = []
            for record in records.dropFirst(columns.hasHeader ? 1 : 0) {
                do throws(LabelProblem) {
                    let line = try Self.line(record, columns, file)
                    if let place = places[line.file] {
                        pictures[place].tags += line.tags
                        pictures[place].boxes += line.boxes
                    } else {
                        places[line.file] = pictures.count
                        pictures.append(line)
                    }
                } catch {
                    labels.problems.append(error)
                }
            }
            labels.pictures += pictures
        }
        return labels
    }

    /// What one line says.
    private static func line(
        _ record: CSV.Record, _ columns: Columns, _ file: LabelFile
    ) throws(LabelProblem) -> ForeignPicture {
        func problem(_ reason: String) -> LabelProblem {
            LabelProblem(file: file.path, line: record.line, reason: reason)
        }
        let fields = record.fields.map(\.trimmed)
        guard fields.count == columns.count else {
            throw problem("it has \(fields.count) fields in place of \(columns.count)")
        }
        let (name, label) = (fields[columns.file], fields[columns.label])
        guard !name.isEmpty, !label.isEmpty else { throw problem("it has no \(name.isEmpty ? "file" : "label")") }
        let partName = columns.part.map { fields[$0] } ?? ""
        let part = Part(folderName: partName)
        guard partName.isEmpty || part != nil else {
            throw problem("the part \(quoted(partName)) is none of train, validation and test")
        }
        var picture = ForeignPicture(file: name, source: file, line: record.line, part: part ?? file.part)
        guard let box = columns.box else {
            picture.tags = [label]
            return picture
        }
        let corners = box.map { Double(fields[$0]) ?? .nan }
        guard corners.allSatisfy(\.isFinite) else { throw problem("the box's corners are not four numbers") }
        picture.boxes = [
            LabelledBox(label: label, left: corners[0], top: corners[1], right: corners[2], bottom: corners[3])
        ]
        return picture
    }
}
