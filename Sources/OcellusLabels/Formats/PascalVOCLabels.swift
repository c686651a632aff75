import OcellusData

/// Pascal VOC, as LabelImg and others write it: an XML file a picture, whose root is `annotation`.
enum PascalVOCLabels: LabelReader {
    static let endings = [".xml"]

    static func recognizes(_ file: LabelFile) -> Bool { file.firstElement == "annotation" }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        for file in files {
            let root = try MarkupElement.parse(file)
            guard let name = root["filename"]?.content ?? root["path"]?.content else {
                labels.problems.append(LabelProblem(file: file.path, line: root.line, reason: "it names no picture"))
                continue
            }
            var picture = ForeignPicture(file: name, source: file, line: root["filename"]?.line, part: file.part)
            if let folder = root["folder"]?.content, !name.contains("/") { picture.file = folder + "/" + name }
            for object in root.all("object") {
                guard let label = object["name"]?.content, let box = object["bndbox"],
                    let left = box.number("xmin"), let top = box.number("ymin"), let right = box.number("xmax"),
                    let bottom = box.number("ymax")
                else {
                    labels.problems.append(
                        LabelProblem(
                            file: file.path, line: object.line,
                            reason: "an object wants a name and a bndbox of four numbers"))
                    continue
                }
                picture.boxes.append(LabelledBox(label: label, left: left, top: top, right: right, bottom: bottom))
            }
            labels.pictures.append(picture)
        }
        return labels
    }
}
