import ArgumentParser
import Ocellus

/// Weights to start from that were trained on other pictures, and how they are trained on these.
struct TransferCommandOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Start from these weights: a safetensors file with torchvision's tensor names, of which --network says what it is, "
                + "or the folder of a model. The head is trained first, on frozen layers; then more of the network.",
            valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("Epochs of the first stage, the head alone (default: 30).", valueName: "n"))
    var headEpochs: Int?

    @Option(help: ArgumentHelp("Epochs of the second stage (default: 5; 0 with --freeze all).", valueName: "n"))
    var fineTuneEpochs: Int?

    @Option(
        help: ArgumentHelp(
            "What stays as it is in the second stage: all but the head (then there is none), none, the layers before a block "
                + "(as features.14; see 'ocellus summary'), or last-stage, those before the layers that work at the size of the "
                + "last feature map (default).",
            valueName: "layers"),
        transform: { TransferOptions.Freeze($0) })
    var freeze: TransferOptions.Freeze?

    @Option(
        help: ArgumentHelp(
            "How far a step of the second stage goes at first (default: 0.0001). The rate falls to 0 in each stage.",
            valueName: "rate"))
    var fineTuneLearningRate: Float?

    @Option(
        help: ArgumentHelp(
            "What a block's learning rate is of the next block's in the second stage (default: 1).",
            valueName: "part"))
    var layerDecay: Float?

    @Option(
        help: ArgumentHelp(
            "With augmentation, how many views of each picture frozen layers are shown; epochs take turns (default: 4).",
            valueName: "n"))
    var augmentedViews: Int?

    @Option(
        help: ArgumentHelp(
            "Where what frozen layers give is kept from run to run: a folder, or none (default: features in $OCELLUS_CACHE or "
                + "~/.cache/ocellus).",
            valueName: "folder"))
    var featureCache: String?

    func validate(epochs: Int?) throws {
        if weights != nil, epochs != nil {
            throw ValidationError(
                "with --weights there are two stages: --head-epochs and --fine-tune-epochs, not --epochs")
        }
        guard weights == nil, let option = options(given: true).first else { return }
        throw ValidationError("\(option) is for weights that were trained on other pictures: give --weights")
    }

    /// Whether any of them stands on the command line that a run keeps.
    var isGiven: Bool { weights != nil || !options(given: true).isEmpty }

    private func options(given: Bool) -> [String] {
        let all: [(String, Bool)] = [
            ("--head-epochs", headEpochs != nil), ("--fine-tune-epochs", fineTuneEpochs != nil),
            ("--freeze", freeze != nil), ("--fine-tune-learning-rate", fineTuneLearningRate != nil),
            ("--layer-decay", layerDecay != nil), ("--augmented-views", augmentedViews != nil),
        ]
        return all.filter { $0.1 == given }.map(\.0)
    }

    /// Nil without weights.
    var options: TransferOptions? {
        guard weights != nil else { return nil }
        let usual = TransferOptions(freeze: freeze ?? .lastStage)
        return TransferOptions(
            headEpochs: headEpochs ?? usual.headEpochs, fineTuneEpochs: fineTuneEpochs, freeze: usual.freeze,
            fineTuneLearningRate: fineTuneLearningRate ?? usual.fineTuneLearningRate,
            layerDecay: layerDecay ?? usual.layerDecay, augmentedViews: augmentedViews ?? usual.augmentedViews)
    }

    var features: FeatureCache {
        switch featureCache {
        case nil: .standard
        case "none": .memory
        case let folder?: FeatureCache(folder: folder)
        }
    }
}
