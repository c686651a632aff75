import OcellusData
import OcellusGraph
import OcellusImages
import OcellusNetworks
import OcellusTraining

/// What someone chooses of a new run's options: nil is left to the recipe, or else has the usual value. On a command line, in a
/// file of options and in `run.json` each has the name that `names` lists.
public struct TrainingChoices: Sendable, Equatable {
    /// A set of options for those that are nil here.
    public var recipe: Recipe?

    // What is trained.
    /// Which network; nil for `simple`, or that of the model of `weights`.
    public var network: NetworkRequest?
    /// Weights to start from: a safetensors file, or a model's folder.
    public var weights: String?
    /// The side of the network's input in pixels.
    public var size: Int?
    /// How the network wants its pictures.
    public var preprocessing: Preprocessing.Preset?
    /// How a picture comes to the input's size.
    public var resizing: Preprocessing.Resizing?
    /// The filter that resizes.
    public var interpolation: Interpolation?
    /// Red, green and blue, 0 to 255.
    public var padColor: [Int]?
    /// What `center-crop` makes of the shorter side, in pixels.
    public var shorterSide: Int?
    /// Where strided windows lie.
    public var padding: PaddingConvention?
    /// Epochs of the head's stage.
    public var headEpochs: Int?
    /// Epochs of fine-tuning.
    public var fineTuneEpochs: Int?
    /// What stays as it is in fine-tuning.
    public var freeze: TransferOptions.Freeze?
    /// How far steps of fine-tuning go.
    public var fineTuneLearningRate: Float?
    /// What a block's learning rate is of the next block's, 0 to 1.
    public var layerDecay: Float?
    /// How many views of each picture frozen layers are shown.
    public var augmentedViews: Int?
    /// A folder, or `none`.
    public var featureCache: String?

    // How long, and how.
    /// How many times each picture is seen.
    public var epochs: Int?
    /// Pictures a batch.
    public var batch: Int?
    /// Batches a step.
    public var accumulate: Int?
    /// Pictures that are computed at once.
    public var microBatch: Int?
    /// What changes the weights.
    public var optimizer: OptimizerOptions.Method?
    /// How far steps go.
    public var learningRate: LearningRateChoice?
    /// SGD's and RMSProp's momentum, 0 to 1.
    public var momentum: Float?
    /// Whether SGD's momentum is Nesterov's.
    public var nesterov: Bool?
    /// Weight decay.
    public var weightDecay: Float?
    /// Whether biases and normalisation decay as well.
    public var decayAll: Bool?
    /// How the learning rate changes.
    public var schedule: LearningRateSchedule.Curve?
    /// What the schedule multiplies the rate by.
    public var scheduleFactor: Float?
    /// After how many epochs it does.
    public var scheduleEpochs: [Int]?
    /// How many epochs without a lower loss `plateau` bears.
    public var schedulePatience: Int?
    /// Where `cosine` and `plateau` end.
    public var minimumLearningRate: Float?
    /// Epochs in which the rate rises.
    public var warmUpEpochs: Float?
    /// The largest norm of all gradients.
    public var clipNorm: Setting<Float>?
    /// The largest absolute value of a gradient's element.
    public var clipValue: Setting<Float>?
    /// The decay of the weights' average.
    public var average: Setting<Float>?
    /// Whether the average begins with a small decay that grows.
    public var averageWarmUp: Bool?
    /// The part of each target that is spread over all classes, 0 to 1.
    public var labelSmoothing: Float?
    /// How classes of different size are evened out.
    public var balance: Setting<ClassBalance>?
    /// After how many epochs without a better one training stops.
    public var earlyStopping: Setting<Int>?
    /// What all random numbers are drawn from.
    public var seed: UInt64?

    /// Random changes of the pictures.
    public var augmentation = AugmentationChoices()

    // The parts, and the device.
    /// The parts' shares.
    public var split: SplitRatio?
    /// A `split.csv` with the parts.
    public var splitFrom: String?
    /// What to compute on.
    public var device: DeviceRequest?
    /// Threads of the CPU backend.
    public var threads: Int?
    /// What activations are stored in.
    public var precision: Precision?
    /// How an OpenCL device's kernels are chosen.
    public var tuning: KernelTuning?
    /// How much of the device's memory may be taken.
    public var memoryLimit: ByteCount?

    /// Nothing chosen.
    public init() {}
}

extension TrainingChoices {
    /// Each option with its name.
    static let keys: [ChoiceKey] =
        [
            ChoiceKey("recipe", \.recipe), ChoiceKey("network", \.network), ChoiceKey("weights", \.weights),
            ChoiceKey("size", \.size), ChoiceKey("preprocessing", \.preprocessing), ChoiceKey("resizing", \.resizing),
            ChoiceKey("interpolation", \.interpolation), ChoiceKey("pad-color", \.padColor),
            ChoiceKey("shorter-side", \.shorterSide), ChoiceKey("padding", \.padding),
            ChoiceKey("head-epochs", \.headEpochs),
            ChoiceKey("fine-tune-epochs", \.fineTuneEpochs), ChoiceKey("freeze", \.freeze),
            ChoiceKey("fine-tune-learning-rate", \.fineTuneLearningRate), ChoiceKey("layer-decay", \.layerDecay),
            ChoiceKey("augmented-views", \.augmentedViews), ChoiceKey("feature-cache", \.featureCache),
            ChoiceKey("epochs", \.epochs), ChoiceKey("batch", \.batch), ChoiceKey("accumulate", \.accumulate),
            ChoiceKey("micro-batch", \.microBatch), ChoiceKey("optimizer", \.optimizer),
            ChoiceKey("learning-rate", \.learningRate), ChoiceKey("momentum", \.momentum),
            ChoiceKey("nesterov", \.nesterov), ChoiceKey("weight-decay", \.weightDecay),
            ChoiceKey("decay-all", \.decayAll),
            ChoiceKey("schedule", \.schedule), ChoiceKey("schedule-factor", \.scheduleFactor),
            ChoiceKey("schedule-epochs", \.scheduleEpochs), ChoiceKey("schedule-patience", \.schedulePatience),
            ChoiceKey("minimum-learning-rate", \.minimumLearningRate), ChoiceKey("warm-up-epochs", \.warmUpEpochs),
            ChoiceKey("clip-norm", \.clipNorm), ChoiceKey("clip-value", \.clipValue), ChoiceKey("average", \.average),
            ChoiceKey("average-warm-up", \.averageWarmUp), ChoiceKey("label-smoothing", \.labelSmoothing),
            ChoiceKey("balance", \.balance), ChoiceKey("early-stopping", \.earlyStopping), ChoiceKey("seed", \.seed),
            ChoiceKey("split", \.split), ChoiceKey("split-from", \.splitFrom), ChoiceKey("device", \.device),
            ChoiceKey("threads", \.threads), ChoiceKey("precision", \.precision), ChoiceKey("tuning", \.tuning),
            ChoiceKey("memory-limit", \.memoryLimit),
        ] + AugmentationChoices.keys

    /// The options' names.
    public static var names: [String] { keys.map(\.name) }

    /// What is chosen, by name, as it would stand on a command line.
    public var given: [(name: String, value: String)] {
        Self.keys.compactMap { key in key.text(self).map { (key.name, $0) } }
    }

    /// Chooses an option by its name.
    ///
    /// - Throws: `TrainingError` when there is no such option, or `value` is none of its values.
    public mutating func set(_ name: String, to value: String) throws {
        guard let key = Self.keys.first(where: { $0.name == name }) else {
            let near = name.nearest(of: Self.names).map { " (did you mean '\($0)'?)" } ?? ""
            throw TrainingError("there is no option '\(name)'\(near)")
        }
        guard key.set(&self, value) else {
            throw TrainingError("'\(name)' is '\(value)'; it is to be \(key.hint)")
        }
    }

    /// These, and where they leave something open what `others` choose.
    public func filled(from others: TrainingChoices) -> TrainingChoices {
        var result = self
        for key in Self.keys { key.fill(&result, others) }
        return result
    }

    /// These, and where they leave something open what their recipe chooses.
    ///
    /// What belongs together is not taken apart: another optimiser takes its own rates, another augmentation is not mixed with
    /// the recipe's, and a schedule that has a warm-up of its own has no other.
    public var withRecipe: TrainingChoices {
        guard var others = recipe?.choices(isTransfer: weights != nil) else { return self }
        if let optimizer, optimizer != others.optimizer { (others.learningRate, others.weightDecay) = (nil, nil) }
        if augmentation.augment != nil { others.augmentation = AugmentationChoices() }
        if schedule == .oneCycle { others.warmUpEpochs = nil }
        return filled(from: others)
    }
}

/// An option: its name, and where it lies.
struct ChoiceKey: Sendable {
    let name: String
    let hint: String
    let text: @Sendable (TrainingChoices) -> String?
    let set: @Sendable (inout TrainingChoices, String) -> Bool
    let fill: @Sendable (inout TrainingChoices, TrainingChoices) -> Void

    init<Value: ChoiceValue>(_ name: String, _ path: WritableKeyPath<TrainingChoices, Value?> & Sendable) {
        self.name = name
        hint = Value.choiceHint
        text = { $0[keyPath: path]?.choiceText }
        set = { choices, text in
            guard let value = Value(choice: text) else { return false }
            choices[keyPath: path] = value
            return true
        }
        fill = { choices, others in
            if choices[keyPath: path] == nil { choices[keyPath: path] = others[keyPath: path] }
        }
    }
}

extension String {
    /// The one of `names` that takes fewest changes of a letter, if they are few.
    func nearest(of names: [String]) -> String? {
        let best = names.map { (name: $0, distance: distance(to: $0)) }.min { $0.distance < $1.distance }
        return best.flatMap { $0.distance <= max(2, count / 4) ? $0.name : nil }
    }

    /// How many letters must be put in, left out or changed (Levenshtein, 1965).
    private func distance(to other: String) -> Int {
        var row = Array(0...other.count)
        for (i, letter) in enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, second) in other.enumerated() {
                let changed = diagonal + (letter == second ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[other.count]
    }
}
