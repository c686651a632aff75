import OcellusData
import OcellusGraph

/// How a network is trained. All of it is written to `run.json`.
public struct TrainingOptions: Sendable, Codable, Equatable {
    /// How many times every training picture is seen, in all stages together.
    public var epochs: Int
    /// How many pictures a step.
    public var batchSize: Int
    /// How many of those are computed at once: where they are fewer, their gradients are added up before the weights change, and
    /// batch normalisation's statistics are those of the few. Nil for as many as the device has memory for.
    public var microBatch: Int?
    /// What changes the weights.
    public var optimizer: OptimizerOptions
    /// Random changes of the training pictures.
    public var augmentation: Augmentation
    /// How much of each target is spread evenly over all classes.
    public var labelSmoothing: Float
    /// A weight a class in the loss, in the classes' order; none when empty.
    public var classWeights: [Float]
    /// After how many epochs without a better validation result training ends; nil for never.
    public var earlyStopping: Int?
    /// What initial weights, the order of pictures, augmentation and dropout are drawn from.
    public var seed: UInt64
    /// How weights that were trained on other pictures are trained on these; nil for a network that starts anew.
    public var transfer: TransferOptions?

    /// Options with the guide's values where nothing else is given.
    public init(
        epochs: Int = 10, batchSize: Int = 32, microBatch: Int? = nil, optimizer: OptimizerOptions = OptimizerOptions(),
        augmentation: Augmentation = .none, labelSmoothing: Float = 0, classWeights: [Float] = [],
        earlyStopping: Int? = nil, seed: UInt64 = 0, transfer: TransferOptions? = nil
    ) {
        self.epochs = transfer.map { $0.headEpochs + $0.fineTuneEpochs } ?? epochs
        self.transfer = transfer
        self.batchSize = batchSize
        self.microBatch = microBatch
        self.optimizer = optimizer
        self.augmentation = augmentation
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.earlyStopping = earlyStopping
        self.seed = seed
    }

    /// Gives training another number of epochs in all; the last stage gets what is more or less.
    public mutating func extend(to epochs: Int) {
        if transfer?.freeze == .all {
            transfer?.headEpochs = epochs
        } else if let headEpochs = transfer?.headEpochs {
            transfer?.fineTuneEpochs = epochs - headEpochs
        }
        self.epochs = epochs
    }

    /// - Throws: `TrainingError` or `DatasetError` when a value is out of its range.
    public func validate() throws {
        try transfer?.validate()
        guard 1...1_000_000 ~= epochs else { throw TrainingError("epochs is \(epochs); it must be 1 or more") }
        guard 1...65536 ~= batchSize else { throw TrainingError("the batch is \(batchSize); it must be 1 to 65536") }
        if let microBatch, !(1...batchSize ~= microBatch) {
            throw TrainingError("the micro-batch is \(microBatch); it must be 1 to the batch, which is \(batchSize)")
        }
        guard 0..<1 ~= labelSmoothing else {
            throw TrainingError("label smoothing is \(labelSmoothing); it must be 0 or more and below 1")
        }
        guard classWeights.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw TrainingError("class weights must be 0 or more")
        }
        if let earlyStopping, earlyStopping < 1 {
            throw TrainingError("early stopping after \(earlyStopping) epochs; it must be 1 or more")
        }
        try optimizer.validate()
        try augmentation.validate()
    }

    /// The options that a model's record names.
    var record: [String: String] {
        var record = [
            "epochs": "\(epochs)", "batch": "\(batchSize)", "optimizer": optimizer.method.rawValue,
            "learning-rate": "\(optimizer.learningRate)", "weight-decay": "\(optimizer.weightDecay)",
            "label-smoothing": "\(labelSmoothing)", "early-stopping": earlyStopping.map { "\($0)" } ?? "none",
        ]
        if optimizer.method == .sgd {
            record["momentum"] = "\(optimizer.momentum)"
            record["nesterov"] = "\(optimizer.isNesterov)"
        } else {
            record["beta1"] = "\(optimizer.beta1)"
            record["beta2"] = "\(optimizer.beta2)"
            record["epsilon"] = "\(optimizer.epsilon)"
        }
        if !classWeights.isEmpty { record["class-weights"] = classWeights.map { "\($0)" }.joined(separator: ",") }
        let ranges = [
            ("rotation-range", augmentation.rotationRange), ("width-shift-range", augmentation.widthShiftRange),
            ("height-shift-range", augmentation.heightShiftRange), ("shear-range", augmentation.shearRange),
            ("zoom-range", augmentation.zoomRange),
        ]
        for (name, range) in ranges { record[name] = "\(range)" }
        record["horizontal-flip"] = "\(augmentation.horizontalFlip)"
        record["fill-mode"] = augmentation.fillMode.rawValue
        if let transfer { record.merge(transfer.record) { $1 } }
        return record
    }

    /// How many pictures are computed at once.
    var capacity: Int { microBatch ?? batchSize }

    /// How many pictures frozen layers compute at once: unless memory is short always the same, so that nothing they give
    /// depends on the batch.
    var frozenCapacity: Int { capacity < batchSize ? min(capacity, 32) : 32 }

    /// The loss that is minimised.
    public var loss: SoftmaxCrossEntropy {
        SoftmaxCrossEntropy(labelSmoothing: labelSmoothing, classWeights: classWeights)
    }
}
