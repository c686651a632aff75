import ArgumentParser
import Ocellus

/// How long to train, in which steps, and when to end early.
struct LengthOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many times each picture is seen (default: 10).", valueName: "n"))
    var epochs: Int?

    @Option(help: ArgumentHelp("Pictures a batch (default: 32).", valueName: "n"))
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "Add up the gradients of so many batches to one step, as if the batch were so many times larger (default: 1).",
            valueName: "n"))
    var accumulate: Int?

    @Option(
        help: ArgumentHelp(
            "Compute so many pictures of a batch at once, and add up their gradients (default: as many as the device has memory "
                + "for).", valueName: "n"))
    var microBatch: Int?

    @Option(
        help: ArgumentHelp(
            "Stop after so many epochs without a better validation accuracy, or none.", valueName: "epochs"))
    var earlyStopping: Setting<Int>?

    @Option(help: ArgumentHelp("What all random numbers are drawn from (default: 0).", valueName: "n"))
    var seed: UInt64?

    func choose(_ choices: inout TrainingChoices) {
        choices.epochs = epochs
        choices.batch = batch
        choices.accumulate = accumulate
        choices.microBatch = microBatch
        choices.earlyStopping = earlyStopping
        choices.seed = seed
    }
}
