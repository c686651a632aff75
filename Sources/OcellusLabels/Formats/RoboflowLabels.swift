import OcellusData

/// Roboflow's multi-class export: a `_classes.csv` beside the pictures, one folder or one a part.
enum RoboflowLabels: LabelReader {
    static let endings = [RoboflowExport.fileName]

    static func recognizes(_ file: LabelFile) -> Bool { file.name == RoboflowExport.fileName }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        for file in files {
            let table = try RoboflowTable(path: file.path)
            labels.problems += table.problems
            labels.pictures += table.lines.map { line in
                ForeignPicture(
                    file: ([file.folder, line.file].filter { !$0.isEmpty }).joined(separator: "/"), source: file,
                    line: line.number,
                    tags: line.labels, part: file.part)
            }
        }
        return labels
    }
}
