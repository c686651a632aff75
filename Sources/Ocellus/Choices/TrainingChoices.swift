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
    public var network: NetworkRequest?
    public var weights: String?
    public var size: Int?
    public var preprocessing: Preprocessing.Preset?
    public var resizing: Preprocessing.Resizing?
    public var interpolation: Interpolation?
    /// Red, green and blue, 0 to 255.
    public var padColor: [Int]?
    public var shorterSide: Int?
    public var padding: PaddingConvention?
    public var headEpochs: Int?
    public var fineTuneEpochs: Int?
    public var freeze: TransferOptions.Freeze?
    public var fineTuneLearningRate: Float?
    public var layerDecay: Float?
    public var augmentedViews: Int?
    /// A folder, or `none`.
    public var featureCache: String?

    // How long, and how.
    public var epochs: Int?
    public var batch: Int?
    public var accumulate: Int?
    public var microBatch: Int?
    public var optimizer: OptimizerOptions.Method?
    public var learningRate: LearningRateChoice?
    public var momentum: Float?
    public var nesterov: Bool?
    public var weightDecay: Float?
    public var decayAll: Bool?
    public var schedule: LearningRateSchedule.Curve?
    public var scheduleFactor: Float?
    public var scheduleEpochs: [Int]?
    public var schedulePatience: Int?
    public var minimumLearningRate: Float?
    public var warmUpEpochs: Float?
    public var clipNorm: Setting<Float>?
    public var clipValue: Setting<Float>?
    /// The decay of the weights' average.
    public var average: Setting<Float>?
    public var averageWarmUp: Bool?
    public var labelSmoothing: Float?
    public var balance: Setting<ClassBalance>?
    public var earlyStopping: Setting<Int>?
    public var seed: UInt64?

    /// Random changes of the pictures.
    public var augmentation = AugmentationChoices()

    // The parts, and the device.
    public var split: SplitRatio?
    public var splitFrom: String?
    public var device: DeviceRequest?
    public var threads: Int?
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
            ChoiceKey("threads", \.threads), ChoiceKey("memory-limit", \.memoryLimit),
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
