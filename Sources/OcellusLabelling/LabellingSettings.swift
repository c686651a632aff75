import Ocellus

/// What is to be labelled, and how.
public struct LabellingSettings: Sendable {
    /// The folder of pictures, which are looked for in its folders too.
    public var folder: String
    /// The file of labels; nil for `labels.csv` in the folder.
    public var output: String?
    /// The classes, in the order of their keys; nil for those of the file of labels, or else of the model.
    public var classes: [String]?
    /// The part that new labels belong to; nil where the pictures are not split.
    public var part: Part?
    /// The folder of a model that suggests labels, and that retraining starts from; nil for neither.
    public var model: String?
    /// The folder that retrained models' runs are put into.
    public var runs: String
    /// What the model computes on.
    public var device: DeviceRequest
    /// How many threads the CPU backend uses; nil for one a core.
    public var threads: Int?
    /// How much of the device's memory the model, and its training, may each take; nil for all of it.
    public var memoryLimit: ByteCount?

    /// Settings for a folder, with the usual values where nothing else is given.
    public init(
        folder: String, output: String? = nil, classes: [String]? = nil, part: Part? = nil, model: String? = nil,
        runs: String = "runs", device: DeviceRequest = .auto, threads: Int? = nil, memoryLimit: ByteCount? = nil
    ) {
        self.folder = folder
        self.output = output
        self.classes = classes
        self.part = part
        self.model = model
        self.runs = runs
        self.device = device
        self.threads = threads
        self.memoryLimit = memoryLimit
    }
}
