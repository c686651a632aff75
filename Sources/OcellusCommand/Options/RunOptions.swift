import ArgumentParser
import Ocellus

/// All that may be chosen of a new run, as the subcommands that train take it: one by one, by a recipe, or from a file.
struct RunOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A set of options that go well together, for those not given.", valueName: "name"))
    var recipe: Recipe?

    @Option(
        help: ArgumentHelp(
            "Take options not given from a YAML file, as 'learning-rate: 0.001', one a line.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The network: \(NamedNetwork.allNames), or a YAML or JSON file that describes one (default: simple).",
            valueName: "name"))
    var network: NetworkRequest?

    @Option(
        help: ArgumentHelp(
            "Side of the network's input, in pixels (default: 224, or what the network's file says).",
            valueName: "pixels"))
    var size: Int?

    @OptionGroup(title: "Length")
    var length: LengthOptions

    @OptionGroup(title: "Optimisation")
    var optimization: OptimizationOptions

    @OptionGroup(title: "Augmentation")
    var augmentation: AugmentationOptions

    @OptionGroup(title: "Parts")
    var parts: PartOptions

    @OptionGroup(title: "Pre-trained weights")
    var transfer: TransferCommandOptions

    @OptionGroup(title: "Pictures")
    var pictures: PictureOptions

    @OptionGroup(title: "Device")
    var device: DeviceOptions

    func validate() throws {
        // A file may have what is missing here.
        guard config == nil else { return }
        do {
            try onCommandLine.checkStages()
        } catch let error as TrainingError {
            throw ValidationError(error.description)
        }
    }

    /// What stands on the command line.
    var onCommandLine: TrainingChoices {
        var choices = TrainingChoices()
        choices.recipe = recipe
        choices.network = network
        choices.size = size
        choices.preprocessing = pictures.preprocessing
        choices.resizing = pictures.resizing
        choices.interpolation = pictures.interpolation
        choices.padColor = pictures.padColor?.samples.map(Int.init)
        choices.shorterSide = pictures.shorterSide
        choices.padding = pictures.padding
        length.choose(&choices)
        optimization.choose(&choices)
        choices.augmentation = augmentation.choices
        parts.choose(&choices)
        transfer.choose(&choices)
        choices.device = device.device
        choices.threads = device.threads
        choices.precision = device.precision
        choices.tuning = device.tuning
        choices.memoryLimit = device.memoryLimit
        return choices
    }

    /// What stands on the command line, or else in the file.
    /// - Throws: `ModelError` naming the file's line.
    func choices() throws -> TrainingChoices {
        guard let config else { return onCommandLine }
        return onCommandLine.filled(from: try TrainingChoices(contentsOf: config))
    }
}
