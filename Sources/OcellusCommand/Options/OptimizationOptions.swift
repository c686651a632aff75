import ArgumentParser
import Ocellus

/// How weights change, as the subcommands that train take it.
struct OptimizationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What changes the weights (default: adam).", valueName: "name"))
    var optimizer: OptimizerOptions.Method?

    @Option(
        help: ArgumentHelp(
            "How far a step goes, or auto for what 'ocellus find-learning-rate' suggests (default: 0.001; 0.01 for sgd and "
                + "rmsprop).", valueName: "rate"))
    var learningRate: LearningRateChoice?

    @Option(help: ArgumentHelp("SGD's and RMSProp's momentum (default: 0).", valueName: "part"))
    var momentum: Float?

    @Flag(inversion: .prefixedNo, help: "SGD with Nesterov's momentum.")
    var nesterov: Bool?

    @Option(help: ArgumentHelp("Weight decay (default: 0; 0.004 for adamw, 0.01 for lamb).", valueName: "rate"))
    var weightDecay: Float?

    @Flag(inversion: .prefixedNo, help: "Let biases and normalisation decay as well, which are spared otherwise.")
    var decayAll: Bool?

    @Option(
        help: ArgumentHelp(
            "How the rate changes (default: constant; cosine with --weights).",
            valueName: "curve"))
    var schedule: LearningRateSchedule.Curve?

    @Option(
        help: ArgumentHelp(
            "What step, multi-step, exponential and plateau multiply the rate by (default: 0.1; 0.95 for exponential).",
            valueName: "part"))
    var scheduleFactor: Float?

    @Option(
        help: ArgumentHelp(
            "After each how many epochs step does so, or after which multi-step, as 30,60.", valueName: "n"),
        transform: { try Self.epochs($0) })
    var scheduleEpochs: [Int]?

    @Option(help: ArgumentHelp("How many epochs without a lower loss plateau bears (default: 10).", valueName: "n"))
    var schedulePatience: Int?

    @Option(help: ArgumentHelp("Where cosine and plateau end (default: 0).", valueName: "rate"))
    var minimumLearningRate: Float?

    @Option(
        help: ArgumentHelp(
            "Epochs, or parts of one, in which the rate rises from a hundredth (default: 0).", valueName: "n"))
    var warmUpEpochs: Float?

    @Option(help: ArgumentHelp("Scale gradients down to this norm, all together, or none.", valueName: "norm"))
    var clipNorm: Setting<Float>?

    @Option(help: ArgumentHelp("Clip each element of a gradient at ± this, or none.", valueName: "value"))
    var clipValue: Setting<Float>?

    @Option(
        help: ArgumentHelp(
            "Keep an exponential average of the weights, of which each step leaves this part, as 0.9998; it becomes the model. "
                + "Or none.", valueName: "decay"))
    var average: Setting<Float>?

    @Flag(
        inversion: .prefixedNo, help: "Let the average begin with a small decay that grows (on unless said otherwise).")
    var averageWarmUp: Bool?

    @Option(help: ArgumentHelp("Spread this part of each target over all classes (default: 0).", valueName: "part"))
    var labelSmoothing: Float?

    private static func epochs(_ text: String) throws -> [Int] {
        guard let epochs = [Int](choice: text) else {
            throw ValidationError("'\(text)' is not \([Int].choiceHint)")
        }
        return epochs
    }

    func choose(_ choices: inout TrainingChoices) {
        choices.optimizer = optimizer
        choices.learningRate = learningRate
        choices.momentum = momentum
        choices.nesterov = nesterov
        choices.weightDecay = weightDecay
        choices.decayAll = decayAll
        choices.schedule = schedule
        choices.scheduleFactor = scheduleFactor
        choices.scheduleEpochs = scheduleEpochs
        choices.schedulePatience = schedulePatience
        choices.minimumLearningRate = minimumLearningRate
        choices.warmUpEpochs = warmUpEpochs
        choices.clipNorm = clipNorm
        choices.clipValue = clipValue
        choices.average = average
        choices.averageWarmUp = averageWarmUp
        choices.labelSmoothing = labelSmoothing
    }
}
