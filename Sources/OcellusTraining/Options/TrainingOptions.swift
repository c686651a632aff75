import OcellusData
import OcellusGraph

/// How a network is trained. All of it is written to `run.json`.
public struct TrainingOptions: Sendable, Codable, Equatable {
    /// How many times every training picture is seen, in all stages together.
    public var epochs: Int
    /// How many pictures a batch.
    public var batchSize: Int
    /// How many batches' gradients are added up to one step.
    public var accumulation: Int
    /// How many of those are computed at once: where they are fewer, their gradients are added up before the weights change, and
    /// batch normalisation's statistics are those of the few. Nil for as many as the device has memory for.
    public var microBatch: Int?
    /// What changes the weights.
    public var optimizer: OptimizerOptions
    /// How the learning rate changes in each stage; nil for the usual way: constant from scratch, half a cosine to 0 from
    /// weights that were trained on other pictures.
    public var schedule: LearningRateSchedule?
    /// What is done to large gradients.
    public var clipping: GradientClipping
    /// The average of the weights that becomes the model; nil for the weights themselves.
    public var average: WeightAverage?
    /// Random changes of the training pictures.
    public var augmentation: Augmentation
    /// How much of each target is spread evenly over all classes.
    public var labelSmoothing: Float
    /// A weight a class in the loss, in the classes' order; none when empty.
    public var classWeights: [Float]
    /// How classes of different size are evened out; nil when they are not.
    public var balance: ClassBalance?
    /// After how many epochs without a better validation result training ends; nil for never.
    public var earlyStopping: Int?
    /// What initial weights, the order of pictures, augmentation and dropout are drawn from.
    public var seed: UInt64
    /// How weights that were trained on other pictures are trained on these; nil for a network that starts anew.
    public var transfer: TransferOptions?

    /// Options with the guide's values where nothing else is given.
    public init(
        epochs: Int = 10, batchSize: Int = 32, accumulation: Int = 1, microBatch: Int? = nil,
        optimizer: OptimizerOptions = OptimizerOptions(), schedule: LearningRateSchedule? = nil,
        clipping: GradientClipping = GradientClipping(), average: WeightAverage? = nil,
        augmentation: Augmentation = .none, labelSmoothing: Float = 0, classWeights: [Float] = [],
        balance: ClassBalance? = nil, earlyStopping: Int? = nil, seed: UInt64 = 0, transfer: TransferOptions? = nil
    ) {
        self.epochs = transfer.map { $0.headEpochs + $0.fineTuneEpochs } ?? epochs
        self.transfer = transfer
        self.batchSize = batchSize
        self.accumulation = accumulation
        self.microBatch = microBatch
        self.optimizer = optimizer
        self.schedule = schedule
        self.clipping = clipping
        self.average = average
        self.augmentation = augmentation
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.balance = balance
        self.earlyStopping = earlyStopping
        self.seed = seed
    }

    /// Reads what a run says; runs of earlier versions say less.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            epochs: try container.decode(Int.self, forKey: .epochs),
            batchSize: try container.decode(Int.self, forKey: .batchSize),
            accumulation: try container.decodeIfPresent(Int.self, forKey: .accumulation) ?? 1,
            microBatch: try container.decodeIfPresent(Int.self, forKey: .microBatch),
            optimizer: try container.decode(OptimizerOptions.self, forKey: .optimizer),
            schedule: try container.decodeIfPresent(LearningRateSchedule.self, forKey: .schedule),
            clipping: try container.decodeIfPresent(GradientClipping.self, forKey: .clipping) ?? GradientClipping(),
            average: try container.decodeIfPresent(WeightAverage.self, forKey: .average),
            augmentation: try container.decode(Augmentation.self, forKey: .augmentation),
            labelSmoothing: try container.decode(Float.self, forKey: .labelSmoothing),
            classWeights: try container.decode([Float].self, forKey: .classWeights),
            balance: try container.decodeIfPresent(ClassBalance.self, forKey: .balance),
            earlyStopping: try container.decodeIfPresent(Int.self, forKey: .earlyStopping),
            seed: try container.decode(UInt64.self, forKey: .seed),
            transfer: try container.decodeIfPresent(TransferOptions.self, forKey: .transfer))
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
        guard accumulation >= 1, stepSize <= 65536 else {
            throw TrainingError(
                "\(accumulation) batches of \(batchSize) are to make up a step; it must be 1 or more, and at most 65536 pictures"
            )
        }
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
        try schedule?.validate()
        try clipping.validate()
        try average?.validate()
        try augmentation.validate()
        if let transfer, augmentation.mixesPictures, transfer.headEpochs > 0 || transfer.freeze != .none {
            throw TrainingError(
                "mixup and cutmix mix pictures anew in each step, but what frozen layers give is computed once a picture: leave "
                    + "them out, or train all layers from the beginning (--freeze none --head-epochs 0)")
        }
    }

    /// The options that a model's record names.
    var record: [String: String] {
        var record = [
            "epochs": "\(epochs)", "batch": "\(batchSize)", "optimizer": optimizer.method.rawValue,
            "learning-rate": "\(optimizer.learningRate)", "weight-decay": "\(optimizer.weightDecay)",
            "label-smoothing": "\(labelSmoothing)", "early-stopping": earlyStopping.map { "\($0)" } ?? "none",
        ]
        record["decay-all"] = "\(optimizer.decaysAll)"
        if optimizer.method.takesMomentum { record["momentum"] = "\(optimizer.momentum)" }
        switch optimizer.method {
        case .sgd: record["nesterov"] = "\(optimizer.isNesterov)"
        case .rmsprop, .rmspropTF: record["rho"] = "\(optimizer.rho)"
        case .adam, .adamW, .lamb:
            record["beta1"] = "\(optimizer.beta1)"
            record["beta2"] = "\(optimizer.beta2)"
        }
        if optimizer.method != .sgd { record["epsilon"] = "\(optimizer.epsilon)" }
        record["schedule"] = "\(schedule ?? LearningRateSchedule(transfer == nil ? .constant : .cosine))"
        if accumulation > 1 { record["accumulate"] = "\(accumulation)" }
        if let norm = clipping.norm { record["clip-norm"] = "\(norm)" }
        if let value = clipping.value { record["clip-value"] = "\(value)" }
        if let average { record["average"] = "\(average.decay)" + (average.warmsUp ? "" : " from the first step") }
        if let balance { record["balance"] = balance.rawValue }
        if !classWeights.isEmpty { record["class-weights"] = classWeights.map { "\($0)" }.joined(separator: ",") }
        record.merge(augmentation.record) { $1 }
        if let transfer { record.merge(transfer.record) { $1 } }
        return record
    }

    /// How many pictures a step takes.
    public var stepSize: Int { batchSize.multipliedReportingOverflow(by: accumulation).partialValue }

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
