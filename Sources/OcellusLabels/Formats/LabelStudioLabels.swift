import FoundationEssentials
import OcellusData

/// Label Studio's JSON (tasks with `annotations` of type `choices` or `rectanglelabels`) and JSON-MIN (`image` and `choice`).
///
/// Of a task's annotations those that were cancelled are left out; the rest must agree. Results of other types are not labels
/// of pictures, and are left alone.
enum LabelStudioLabels: LabelReader {
    static let endings = [".json"]

    static func recognizes(_ file: LabelFile) -> Bool {
        let keys = file.jsonKeys
        return keys.isSuperset(of: ["annotations", "data"]) || keys.isSuperset(of: ["image", "choice"])
    }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        for file in files {
            let bytes = try file.read()
            let tasks = try file.decode(Tasks.self, from: bytes).tasks
            let lines = JSONLines.elements(of: bytes)
            for (index, task) in tasks.enumerated() {
                let line = index < lines.count ? lines[index] : nil
                guard let address = task.image else {
                    labels.problems.append(
                        LabelProblem(file: file.path, line: line, reason: "the task has no picture, so it is left out"))
                    continue
                }
                var picture = ForeignPicture(file: address, source: file, line: line, part: file.part)
                picture.tags = task.choices
                picture.boxes = task.boxes
                labels.pictures.append(picture)
            }
        }
        return labels
    }
}

/// The tasks of a file: an array of them, or one alone.
private struct Tasks: Decodable {
    let tasks: [LabelStudioTask]

    init(from decoder: any Decoder) throws {
        if (try? decoder.unkeyedContainer()) != nil {
            tasks = try [LabelStudioTask](from: decoder)
        } else {
            tasks = [try LabelStudioTask(from: decoder)]
        }
    }
}

private struct LabelStudioTask: Decodable {
    /// The picture's address or path.
    let image: String?
    var choices: [String] = []
    var boxes: [LabelledBox] = []

    private enum Keys: String, CodingKey { case data, annotations, image, choice }

    private struct Annotation: Decodable {
        let was_cancelled: Bool?
        let result: [Outcome]?
    }

    private struct Outcome: Decodable {
        let value: Value?
    }

    private struct Value: Decodable {
        let choices: [String]?
        let rectanglelabels: [String]?
        /// In percent of the width and height.
        let x: Double?
        let y: Double?
        let width: Double?
        let height: Double?

        private enum Keys: String, CodingKey { case choices, rectanglelabels, x, y, width, height }

        /// Values of other kinds of results use these names for other types.
        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Keys.self)
            choices = try? values.decode([String].self, forKey: .choices)
            rectanglelabels = try? values.decode([String].self, forKey: .rectanglelabels)
            x = try? values.decode(Double.self, forKey: .x)
            y = try? values.decode(Double.self, forKey: .y)
            width = try? values.decode(Double.self, forKey: .width)
            height = try? values.decode(Double.self, forKey: .height)
        }
    }

    /// `choice` of JSON-MIN: one, or `{"choices": [...]}` of several.
    private struct Choice: Decodable {
        let names: [String]

        init(from decoder: any Decoder) throws {
            if let name = try? decoder.singleValueContainer().decode(String.self) {
                names = [name]
            } else {
                names = try Value(from: decoder).choices ?? []
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Keys.self)
        guard values.contains(.data) else {
            image = try? values.decode(String.self, forKey: .image)
            choices = (try? values.decode(Choice.self, forKey: .choice))?.names ?? []
            return
        }
        // The variable's name is the project's own; `image` is the usual one.
        let data = (try? values.decode([String: Text].self, forKey: .data)) ?? [:]
        image = data["image"]?.text ?? data.values.compactMap(\.text).filter(FolderListing.isPicture).min()
        for annotation in try values.decodeIfPresent([Annotation].self, forKey: .annotations) ?? []
        where annotation.was_cancelled != true {
            for value in (annotation.result ?? []).compactMap(\.value) {
                choices += value.choices ?? []
                guard let label = value.rectanglelabels?.first, let x = value.x, let y = value.y,
                    let width = value.width, let height = value.height
                else { continue }
                boxes.append(
                    LabelledBox(
                        label: label, left: x / 100, top: y / 100, right: (x + width) / 100, bottom: (y + height) / 100,
                        isRelative: true))
            }
        }
    }

    /// A text, or something else.
    private struct Text: Decodable {
        let text: String?
        init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
    }
}
