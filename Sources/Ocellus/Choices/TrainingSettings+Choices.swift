import OcellusData
import OcellusImages
import OcellusTraining

extension TrainingSettings {
    /// What choices come to: theirs, then their recipe's, then the usual values.
    ///
    /// - Parameters:
    ///   - data: the folder of labelled pictures.
    ///   - output: the folder that the run is written to; there must be nothing yet.
    ///   - command: the command line, for `run.json`.
    /// - Throws: `TrainingError` when choices do not go together.
    public init(_ choices: TrainingChoices, data: String, output: String, command: [String]? = nil) throws {
        try choices.checkStages()
        let all = choices.withRecipe
        try self.init(
            data: data, output: output, network: all.network, weights: all.weights, size: all.size,
            preprocessing: all.preprocessing, sizing: try all.sizing, padding: all.padding, features: all.features,
            options: all.options, splitRatio: all.split ?? .standard, splitFile: all.splitFrom,
            device: all.device ?? .auto, threads: all.threads,
            precision: all.precision ?? .fp32, memoryLimit: all.memoryLimit,
            tuning: all.tuning ?? .quick, command: command)
        if all.split != nil, all.splitFrom != nil {
            throw TrainingError("--split-from says which picture is in which part: leave out --split")
        }
        findsLearningRate = all.learningRate == .auto
        self.choices = all
    }
}

extension TrainingChoices {
    /// - Throws: `TrainingError` when choices for two stages stand beside some for one.
    public func checkStages() throws {
        guard weights == nil else {
            guard epochs == nil else {
                throw TrainingError(
                    "with --weights there are two stages: --head-epochs and --fine-tune-epochs, not --epochs")
            }
            return
        }
        let staged: [(String, Bool)] = [
            ("--head-epochs", headEpochs != nil), ("--fine-tune-epochs", fineTuneEpochs != nil),
            ("--freeze", freeze != nil), ("--fine-tune-learning-rate", fineTuneLearningRate != nil),
            ("--layer-decay", layerDecay != nil), ("--augmented-views", augmentedViews != nil),
        ]
        if let option = staged.first(where: \.1)?.0 {
            throw TrainingError("\(option) is for weights that were trained on other pictures: give --weights")
        }
    }

    /// How a network is trained.
    /// - Throws: `TrainingError` when choices do not go together.
    var options: TrainingOptions {
        get throws {
            let rate: Float? = if case .rate(let rate) = learningRate { rate } else { nil }
            return TrainingOptions(
                epochs: epochs ?? 10, batchSize: batch ?? 32, accumulation: accumulate ?? 1, microBatch: microBatch,
                optimizer: OptimizerOptions(
                    optimizer ?? .adam, learningRate: rate, momentum: momentum ?? 0, isNesterov: nesterov ?? false,
                    weightDecay: weightDecay, decaysAll: decayAll ?? false),
                schedule: try scheduleOptions,
                clipping: GradientClipping(norm: clipNorm?.value, value: clipValue?.value), average: try averageOptions,
                augmentation: try augmentation.resolved, labelSmoothing: labelSmoothing ?? 0,
                balance: balance?.value, earlyStopping: earlyStopping?.value, seed: seed ?? 0, transfer: transferOptions
            )
        }
    }

    /// How a picture comes to the input's size.
    var sizing: Preprocessing.Sizing {
        get throws {
            let color = padColor?.compactMap { UInt8(exactly: $0) }
            guard padColor == nil || (resizing == .pad && color?.count == 3 && padColor?.count == 3) else {
                throw TrainingError("--pad-color is three numbers from 0 to 255, and goes with --resizing pad")
            }
            guard shorterSide == nil || resizing == .centerCrop else {
                throw TrainingError("--shorter-side goes with --resizing center-crop")
            }
            return Preprocessing.Sizing(
                resizing: resizing, interpolation: interpolation, padColor: color, shorterSide: shorterSide)
        }
    }

    /// Where features of frozen layers are kept.
    public var features: FeatureCache {
        switch featureCache {
        case nil: .standard
        case "none": .memory
        case let folder?: FeatureCache(folder: folder)
        }
    }

    private var scheduleOptions: LearningRateSchedule? {
        get throws {
            let falling: [LearningRateSchedule.Curve] = [.step, .multiStep, .exponential, .plateau]
            let curve = schedule ?? (weights == nil ? .constant : .cosine)
            let wrong: [(String, Bool, String)] = [
                (
                    "--schedule-factor", scheduleFactor != nil && !falling.contains(curve),
                    "step, multi-step, exponential, plateau"
                ),
                (
                    "--schedule-epochs", scheduleEpochs != nil && ![.step, .multiStep].contains(curve),
                    "step, multi-step"
                ),
                ("--schedule-patience", schedulePatience != nil && curve != .plateau, "plateau"),
                (
                    "--minimum-learning-rate", minimumLearningRate != nil && ![.cosine, .plateau].contains(curve),
                    "cosine, plateau"
                ),
            ]
            if let (option, _, curves) = wrong.first(where: \.1) {
                throw TrainingError("\(option) is for --schedule \(curves), not for \(curve.rawValue)")
            }
            guard schedule != nil || warmUpEpochs != nil || minimumLearningRate != nil else { return nil }
            return LearningRateSchedule(
                curve, factor: scheduleFactor, epochs: scheduleEpochs, minimum: minimumLearningRate ?? 0,
                patience: schedulePatience ?? 10, warmUpEpochs: warmUpEpochs ?? 0)
        }
    }

    private var averageOptions: WeightAverage? {
        get throws {
            guard let decay = average?.value else {
                guard averageWarmUp == nil || average != nil else {
                    throw TrainingError("--average-warm-up is for --average")
                }
                return nil
            }
            return WeightAverage(decay: decay, warmsUp: averageWarmUp ?? true)
        }
    }

    private var transferOptions: TransferOptions? {
        guard weights != nil else { return nil }
        let usual = TransferOptions(freeze: freeze ?? .lastStage)
        return TransferOptions(
            headEpochs: headEpochs ?? usual.headEpochs, fineTuneEpochs: fineTuneEpochs, freeze: usual.freeze,
            fineTuneLearningRate: fineTuneLearningRate ?? usual.fineTuneLearningRate,
            layerDecay: layerDecay ?? usual.layerDecay, augmentedViews: augmentedViews ?? usual.augmentedViews)
    }
}
