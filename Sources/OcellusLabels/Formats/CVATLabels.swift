import OcellusData

/// CVAT for images 1.1: one XML file whose root is `annotations`, an `image` element a picture with `tag` or shapes in it.
enum CVATLabels: LabelReader {
    static let endings = [".xml"]
    /// Shapes that a box can stand for.
    private static let shapes: Set<String> = ["box", "polygon", "polyline", "points", "mask", "ellipse", "cuboid"]

    static func recognizes(_ file: LabelFile) -> Bool { file.firstElement == "annotations" }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        for file in files {
            let root = try MarkupElement.parse(file)
            let known = knownLabels(root)
            for image in root.all("image") {
                guard let name = image.attributes["name"] else {
                    labels.problems.append(
                        LabelProblem(file: file.path, line: image.line, reason: "an image has no name"))
                    continue
                }
                let subset = image.attributes["subset"]
                var picture = ForeignPicture(
                    file: subset.map { $0 + "/" + name } ?? name, source: file, line: image.line,
                    part: subset.flatMap(Part.init(folderName:)) ?? file.part)
                var isGood = true
                for child in image.children where child.name == "tag" || shapes.contains(child.name) {
                    guard let label = child.attributes["label"], !label.isEmpty, known.isEmpty || known.contains(label)
                    else {
                        let reason =
                            child.attributes["label"].flatMap {
                                $0.isEmpty ? nil : "the label \(quoted($0)) is not among those of the file"
                            } ?? "a \(child.name) has no label"
                        labels.problems.append(LabelProblem(file: file.path, line: child.line, reason: reason))
                        isGood = false
                        continue
                    }
                    if child.name == "tag" {
                        picture.tags.append(label)
                    } else {
                        picture.boxes.append(box(child, label))
                    }
                }
                if isGood { labels.pictures.append(picture) }
            }
        }
        return labels
    }

    /// The labels that a task or project has: `meta/task/labels/label/name`.
    private static func knownLabels(_ root: MarkupElement) -> Set<String> {
        guard let meta = root["meta"] else { return [] }
        let owners = meta.all("task") + meta.all("project") + meta.all("job")
        return Set(owners.flatMap { $0["labels"]?.all("label") ?? [] }.compactMap { $0["name"]?.content })
    }

    /// A shape's bounding box; an empty one where the shape has no corners that can be read.
    private static func box(_ shape: MarkupElement, _ label: String) -> LabelledBox {
        func number(_ name: String) -> Double? { shape.attributes[name].flatMap(Double.init) }
        if let left = number("xtl"), let top = number("ytl"), let right = number("xbr"), let bottom = number("ybr") {
            return LabelledBox(label: label, left: left, top: top, right: right, bottom: bottom)
        }
        if let left = number("left"), let top = number("top"), let width = number("width"),
            let height = number("height")
        {
            return LabelledBox(label: label, left: left, top: top, right: left + width, bottom: top + height)
        }
        if let x = number("cx"), let y = number("cy"), let radiusX = number("rx"), let radiusY = number("ry") {
            return LabelledBox(
                label: label, left: x - radiusX, top: y - radiusY, right: x + radiusX, bottom: y + radiusY)
        }
        let points = (shape.attributes["points"] ?? "").split(separator: ";").map {
            $0.split(separator: ",").compactMap { Double($0.trimmedOfBlanks) }
        }.filter { $0.count == 2 }
        let (columns, rows) = (points.map { $0[0] }, points.map { $0[1] })
        return LabelledBox(
            label: label, left: columns.min() ?? 0, top: rows.min() ?? 0, right: columns.max() ?? 0,
            bottom: rows.max() ?? 0)
    }
}
