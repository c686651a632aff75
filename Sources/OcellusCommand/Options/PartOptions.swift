import ArgumentParser
import Ocellus

/// Which pictures are for what, and how often classes are shown.
struct PartOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Parts for training, validation and test, in percent (default: 70/15/15).", valueName: "a/b/c"),
        transform: { try SplitRatio(parsing: $0) })
    var split: SplitRatio?

    @Option(help: ArgumentHelp("Take the parts from a split.csv.", valueName: "file"))
    var splitFrom: String?

    @Option(
        help: ArgumentHelp(
            "Even out classes of different size: weights (in the loss, by 1 ÷ a class's pictures), sampler (all classes are "
                + "shown equally often) or none (default: none).", valueName: "how"))
    var balance: Setting<ClassBalance>?

    func validate() throws {
        if split != nil, splitFrom != nil {
            throw ValidationError("--split-from says which picture is in which part: leave out --split")
        }
    }

    func choose(_ choices: inout TrainingChoices) {
        choices.split = split
        choices.splitFrom = splitFrom
        choices.balance = balance
    }
}
