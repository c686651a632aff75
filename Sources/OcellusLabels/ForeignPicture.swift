import OcellusData

/// What another tool's labels say of one picture.
struct ForeignPicture {
    /// The file's name or path, as it is written there.
    var file: String
    /// The file of labels.
    var source: LabelFile
    /// The line that speaks of the picture; nil when it has a file of its own.
    var line: Int?
    /// Labels of the picture as a whole.
    var tags: [String] = []
    /// Labels of places in it.
    var boxes: [LabelledBox] = []
    var part: Part?

    func problem(_ reason: String) -> LabelProblem { LabelProblem(file: source.path, line: line, reason: reason) }
}

/// A labelled rectangle.
struct LabelledBox {
    var label: String
    /// The corners' places, `left` below `right`, in pixels or as parts of the picture's width and height.
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double
    /// Whether the corners are parts of the width and height, 0…1.
    var isRelative = false
}
