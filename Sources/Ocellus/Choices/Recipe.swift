import OcellusTraining

/// A set of options that go well together, for those that are not chosen one by one.
public enum Recipe: String, Sendable, Codable, CaseIterable, ChoiceValue {
    /// A first result in as little time as makes sense.
    case quick
    /// What is usually wanted: well regularised, in a time one waits for.
    case standard
    /// As good as it gets, whatever time it takes.
    case best

    /// What it chooses.
    ///
    /// - Parameter isTransfer: for weights that were trained on other pictures, or for a network that begins anew.
    public func choices(isTransfer: Bool) -> TrainingChoices {
        var choices = TrainingChoices()
        choices.optimizer = .adamW
        choices.learningRate = .rate(0.001)
        choices.weightDecay = 0.05
        if self != .quick {
            choices.labelSmoothing = 0.1
            choices.clipNorm = .some(1)
            choices.average = .some(0.9998)
        }
        if isTransfer { addTransfer(to: &choices) } else { addScratch(to: &choices) }
        return choices
    }

    private func addScratch(to choices: inout TrainingChoices) {
        switch self {
        case .quick:
            choices.epochs = 8
            choices.schedule = .oneCycle
            choices.augmentation.augment = .light
        case .standard:
            choices.epochs = 30
            choices.schedule = .cosine
            choices.warmUpEpochs = 2
            choices.augmentation.augment = .light
        case .best:
            choices.epochs = 120
            choices.schedule = .cosine
            choices.warmUpEpochs = 5
            choices.augmentation.augment = .strong
            choices.augmentation.mixup = 0.2
            choices.augmentation.cutmix = 1
        }
    }

    private func addTransfer(to choices: inout TrainingChoices) {
        choices.schedule = .cosine
        switch self {
        case .quick:
            choices.freeze = .all
            choices.headEpochs = 15
            choices.fineTuneEpochs = 0
        case .standard:
            choices.headEpochs = 20
            choices.fineTuneEpochs = 10
            choices.warmUpEpochs = 1
            choices.layerDecay = 0.8
            choices.augmentation.augment = .light
        case .best:
            choices.freeze = TransferOptions.Freeze.none
            choices.headEpochs = 20
            choices.fineTuneEpochs = 40
            choices.warmUpEpochs = 2
            choices.fineTuneLearningRate = 0.0002
            choices.layerDecay = 0.8
            choices.augmentation.augment = .guide
        }
    }
}
