/// How a network whose weights were trained on other pictures is trained on these: its head alone on what the frozen layers
/// give, then more of it at a lower rate.
public struct TransferOptions: Sendable, Codable, Equatable {
    /// Which layers keep their weights in the second stage, as they all do but the head in the first.
    public enum Freeze: Sendable, Equatable, CustomStringConvertible {
        /// All but the head: there is no second stage.
        case all
        /// None: the whole network is trained.
        case none
        /// Those before the first block that works at the size of the last feature map.
        case lastStage
        /// Those before a block, as `features.14`.
        case before(block: String)

        /// Reads `all`, `none`, `last-stage` or a block's name.
        public init(_ text: String) {
            switch text {
            case "all": self = .all
            case "none": self = .none
            case "last-stage": self = .lastStage
            default: self = .before(block: text)
            }
        }

        /// As it is read.
        public var description: String {
            switch self {
            case .all: "all"
            case .none: "none"
            case .lastStage: "last-stage"
            case .before(let block): block
            }
        }
    }

    /// Epochs of the first stage, which trains the head alone.
    public var headEpochs: Int
    /// Epochs of the second stage; 0 or 5 unless given.
    public var fineTuneEpochs: Int
    /// What stays frozen in the second stage.
    public var freeze: Freeze
    /// The second stage's learning rate; the first's is the optimiser's. Each falls to 0 in its stage, as half a cosine.
    public var fineTuneLearningRate: Float
    /// What a block's learning rate is of the next block's, 0 to 1.
    public var layerDecay: Float
    /// How many different augmented views of each picture frozen layers are shown; epochs take turns with them.
    public var augmentedViews: Int

    /// Options with values that do well on a few hundred to a few thousand photos where nothing else is given.
    public init(
        headEpochs: Int = 30, fineTuneEpochs: Int? = nil, freeze: Freeze = .lastStage,
        fineTuneLearningRate: Float = 0.0001,
        layerDecay: Float = 1, augmentedViews: Int = 4
    ) {
        self.headEpochs = headEpochs
        self.fineTuneEpochs = fineTuneEpochs ?? (freeze == .all ? 0 : 5)
        self.freeze = freeze
        self.fineTuneLearningRate = fineTuneLearningRate
        self.layerDecay = layerDecay
        self.augmentedViews = augmentedViews
    }

    /// - Throws: `TrainingError` when a value is out of its range, or nothing would be trained.
    func validate() throws {
        for (name, epochs) in [("head", headEpochs), ("fine-tune", fineTuneEpochs)] where !(0...1_000_000 ~= epochs) {
            throw TrainingError("\(name) epochs is \(epochs); it must be 0 or more")
        }
        guard freeze != .all || fineTuneEpochs == 0 else {
            throw TrainingError(
                "all layers but the head stay frozen, so that there is nothing to fine-tune in \(fineTuneEpochs) epochs; give "
                    + "--freeze none or a block, or leave out --fine-tune-epochs")
        }
        guard headEpochs + fineTuneEpochs > 0 else {
            throw TrainingError("nothing is trained: there are no epochs for the head, and none of fine-tuning")
        }
        guard fineTuneLearningRate.isFinite, fineTuneLearningRate > 0 else {
            throw TrainingError("the fine-tuning learning rate is \(fineTuneLearningRate); it must be above 0")
        }
        guard layerDecay > 0, layerDecay <= 1 else {
            throw TrainingError("the layer decay is \(layerDecay); it must be above 0 and at most 1")
        }
        guard 1...1000 ~= augmentedViews else {
            throw TrainingError("there are to be \(augmentedViews) augmented views; it must be 1 to 1000")
        }
    }

    /// The options that a model's record names.
    var record: [String: String] {
        [
            "head-epochs": "\(headEpochs)", "fine-tune-epochs": "\(fineTuneEpochs)", "freeze": freeze.description,
            "fine-tune-learning-rate": "\(fineTuneLearningRate)", "layer-decay": "\(layerDecay)",
            "augmented-views": "\(augmentedViews)",
        ]
    }
}

extension TransferOptions.Freeze: Codable {
    /// Reads a text.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes a text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
