import OcellusGraph
import OcellusImages
import OcellusNetworks

/// A trained classifier with all that is needed to use it: network, weights, the classes' names, and how pictures go in.
///
/// On disk it is a folder of two files, `model.json` and `weights.safetensors`. See `save(to:)` and `init(contentsOf:)`.
public struct Model: Sendable {
    /// The network; its last layer gives one number a class.
    public var network: Network
    /// The classes' names, in the order of the network's outputs.
    public var classes: [String]
    /// How a picture becomes the network's input.
    public var preprocessing: Preprocessing
    /// How the model came to be.
    public var training: TrainingRecord
    /// What makes its probabilities say how often it is right; nil when they are left as they are.
    public var calibration: Calibration?
    /// The weights and states, named as in the network's inference graph.
    public var weights: ModelWeights

    /// A model of its parts, which are checked when it is saved or loaded.
    public init(
        network: Network, classes: [String], preprocessing: Preprocessing, training: TrainingRecord = TrainingRecord(),
        calibration: Calibration? = nil, weights: ModelWeights
    ) {
        self.network = network
        self.classes = classes
        self.preprocessing = preprocessing
        self.training = training
        self.calibration = calibration
        self.weights = weights
    }

    /// The version of the folder's format that this version of the library writes, and the newest that it reads.
    public static let formatVersion = 1

    static let descriptionFile = "model.json"
    static let weightsFile = "weights.safetensors"
}
