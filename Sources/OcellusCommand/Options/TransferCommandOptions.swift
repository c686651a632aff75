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

    func choose(_ choices: inout TrainingChoices) {
        choices.weights = weights
        choices.headEpochs = headEpochs
        choices.fineTuneEpochs = fineTuneEpochs
        choices.freeze = freeze
        choices.fineTuneLearningRate = fineTuneLearningRate
        choices.layerDecay = layerDecay
        choices.augmentedViews = augmentedViews
        choices.featureCache = featureCache
    }
}
