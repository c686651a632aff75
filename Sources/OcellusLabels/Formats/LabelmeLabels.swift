import OcellusData

/// labelme's JSON, a file a picture: `flags` that are true label the picture, `shapes` label places in it.
enum LabelmeLabels: LabelReader {
    static let endings = [".json"]

    private struct Document: Decodable {
        struct Shape: Decodable {
            let label: String
            let points: [[Double]]
        }
        let flags: [String: Bool]?
        let shapes: [Shape]?
        let imagePath: String
    }

    static func recognizes(_ file: LabelFile) -> Bool { file.jsonKeys.isSuperset(of: ["imagePath", "shapes"]) }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        for file in files {
            let document = try file.decode(Document.self, from: file.read())
            // The flag `__ignore__` is how labelme's own example marks pictures that are not to be used.
            let flags = (document.flags ?? [:]).filter(\.value).keys
            if flags.contains("__ignore__") { continue }
            var picture = ForeignPicture(file: document.imagePath, source: file, line: nil, part: file.part)
            picture.tags = flags.sorted(by: isOrderedByScalars)
            picture.boxes = (document.shapes ?? []).map { shape in
                let (columns, rows) = (
                    shape.points.compactMap(\.first), shape.points.filter { $0.count > 1 }.map { $0[1] }
                )
                return LabelledBox(
                    label: shape.label, left: columns.min() ?? 0, top: rows.min() ?? 0, right: columns.max() ?? 0,
                    bottom: rows.max() ?? 0)
            }
            labels.pictures.append(picture)
        }
        return labels
    }
}
