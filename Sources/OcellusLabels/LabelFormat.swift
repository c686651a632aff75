import OcellusData

/// A way in which other tools write down what pictures show.
public enum LabelFormat: String, Sendable, CaseIterable {
    /// Roboflow's multi-class export: `_classes.csv` beside the pictures.
    case roboflow
    /// COCO's object detection JSON: <https://cocodataset.org/#format-data>.
    case coco
    /// YOLO: a text file a picture with `class x y width height` a line, the classes' names in a file beside.
    case yolo
    /// Pascal VOC, as LabelImg writes it: an XML file a picture.
    case voc
    /// CVAT for images 1.1: one XML file with tags or shapes.
    case cvat
    /// Label Studio's JSON and JSON-MIN, with choices or rectangles.
    case labelStudio = "label-studio"
    /// labelme's JSON, a file a picture, with flags or rectangles.
    case labelme
    /// ImageNet's text: `file number` a line, the classes' names in `synsets.txt`.
    case imagenet
    /// Comma-separated values with a column for the file and one for the class, with or without boxes.
    case csv

    /// What people call it.
    public var title: String {
        switch self {
        case .roboflow: "Roboflow's _classes.csv"
        case .coco: "COCO"
        case .yolo: "YOLO"
        case .voc: "Pascal VOC"
        case .cvat: "CVAT for images"
        case .labelStudio: "Label Studio"
        case .labelme: "labelme"
        case .imagenet: "ImageNet's text"
        case .csv: "CSV"
        }
    }

    /// What reads it.
    var reader: any LabelReader.Type {
        switch self {
        case .roboflow: RoboflowLabels.self
        case .coco: COCOLabels.self
        case .yolo: YOLOLabels.self
        case .voc: PascalVOCLabels.self
        case .cvat: CVATLabels.self
        case .labelStudio: LabelStudioLabels.self
        case .labelme: LabelmeLabels.self
        case .imagenet: ImageNetLabels.self
        case .csv: CSVLabels.self
        }
    }
}

/// Reads one format.
protocol LabelReader {
    /// How the names of its files end, in small letters.
    static var endings: [String] { get }

    /// Whether a file whose name ends so is one of this format, by what it holds.
    static func recognizes(_ file: LabelFile) -> Bool

    /// Reads all files of the format below one folder.
    ///
    /// - Throws: ``DatasetError`` when a file cannot be read at all. What is wrong with single lines goes into the result.
    static func read(_ files: [LabelFile]) throws -> ReadLabels
}

/// What a reader found.
struct ReadLabels {
    var pictures: [ForeignPicture] = []
    var problems: [LabelProblem] = []
}
