import FoundationEssentials
import OcellusData

/// COCO's object detection JSON: `images`, `annotations` that give an image a category and a box, and `categories`.
///
/// Source: <https://cocodataset.org/#format-data>.
enum COCOLabels: LabelReader {
    static let endings = [".json"]

    private struct Document: Decodable {
        struct Image: Decodable {
            let id: Int
            let file_name: String
        }
        struct Annotation: Decodable {
            let image_id: Int
            let category_id: Int
            /// Left, top, width and height in pixels.
            let bbox: [Double]?
        }
        struct Category: Decodable {
            let id: Int
            let name: String
        }
        let images: [Image]
        let annotations: [Annotation]
        let categories: [Category]
    }

    static func recognizes(_ file: LabelFile) -> Bool {
        file.jsonKeys.isSuperset(of: ["images", "annotations", "categories"])
    }

    static func read(_ files: [LabelFile]) throws -> ReadLabels {
        var labels = ReadLabels()
        for file in files {
            let bytes = try file.read()
            let document = try file.decode(Document.self, from: bytes)
            let names = Dictionary(
                document.categories.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
            let imageLines = JSONLines.elements(of: bytes, key: "images")
            let annotationLines = JSONLines.elements(of: bytes, key: "annotations")
            var places: [Int: Int] = [:]
            var pictures: [ForeignPicture] = []
            for (index, image) in document.images.enumerated() {
                let line = index < imageLines.count ? imageLines[index] : nil
                guard places.updateValue(index, forKey: image.id) == nil else {
                    labels.problems.append(
                        LabelProblem(file: file.path, line: line, reason: "the image id \(image.id) is there twice"))
                    continue
                }
                pictures.append(
                    ForeignPicture(file: image.file_name, source: file, line: line, part: file.part))
                places[image.id] = pictures.count - 1
            }
            var wrong: Set<Int> = []
            for (index, annotation) in document.annotations.enumerated() {
                let line = index < annotationLines.count ? annotationLines[index] : nil
                func problem(_ reason: String) -> LabelProblem {
                    LabelProblem(file: file.path, line: line, reason: reason)
                }
                guard let place = places[annotation.image_id] else {
                    labels.problems.append(problem("there is no image of the id \(annotation.image_id)"))
                    continue
                }
                guard let name = names[annotation.category_id] else {
                    labels.problems.append(problem("there is no category of the id \(annotation.category_id)"))
                    wrong.insert(place)
                    continue
                }
                guard let box = annotation.bbox, box.count == 4 else {
                    pictures[place].tags.append(name)
                    continue
                }
                pictures[place].boxes.append(
                    LabelledBox(
                        label: name, left: box[0], top: box[1], right: box[0] + box[2], bottom: box[1] + box[3]))
            }
            labels.pictures += pictures.enumerated().filter { !wrong.contains($0.offset) }.map(\.element)
        }
        return labels
    }
}

extension LabelFile {
    /// The names in a JSON file's outermost object, or in the first object of its outermost array; empty when it is no such file.
    var jsonKeys: Set<String> {
        guard let bytes = try? read(), let shape = try? JSONDecoder().decode(JSONShape.self, from: Data(bytes)) else {
            return []
        }
        return shape.keys
    }

    /// Decodes the file.
    ///
    /// - Throws: ``DatasetError/wrongLabels(_:)`` that says where in the file it does not fit.
    func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw DatasetError.wrongLabels([LabelProblem(file: path, line: nil, reason: error.reason)])
        }
    }
}

/// The names of an object, or of an array's first object.
private struct JSONShape: Decodable {
    let keys: Set<String>

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            keys = Set(object.allKeys.map(\.stringValue))
        } else {
            var array = try decoder.unkeyedContainer()
            keys = array.isAtEnd ? [] : Set(try array.nestedContainer(keyedBy: Key.self).allKeys.map(\.stringValue))
        }
    }
}

extension DecodingError {
    /// What does not fit, and where, in a sentence.
    fileprivate var reason: String {
        let (what, context) =
            switch self {
            case .keyNotFound(let key, let context): ("there is no \(quoted(key.stringValue))", context)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context.debugDescription, context)
            @unknown default: ("it cannot be read", DecodingError.Context(codingPath: [], debugDescription: ""))
            }
        let place = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return place.isEmpty ? what : "\(what) (at \(place.drop { $0 == "." }))"
    }
}
