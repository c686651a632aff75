import ArgumentParser
import Ocellus

/// Random changes of the training pictures: a named set, or single options that change it.
struct AugmentationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Random changes of the training pictures: none; light (flip, rotation 5°, shifts 0.05, zoom 0.1, colours 0.1); "
                + "guide (flip, rotation 20°, shifts 0.2, shear 0.2°, zoom 0.2); strong (flip, crops of half the area or more, "
                + "TrivialAugment, erasing in every fourth picture). None unless given. The options below change single values of "
                + "it.", valueName: "preset"))
    var augment: Augmentation.Preset?

    @Option(help: ArgumentHelp("Rotation by up to so many degrees.", valueName: "degrees"))
    var rotationRange: Float?

    @Option(help: ArgumentHelp("Shift by up to this part of the width.", valueName: "part"))
    var widthShiftRange: Float?

    @Option(help: ArgumentHelp("Shift by up to this part of the height.", valueName: "part"))
    var heightShiftRange: Float?

    @Option(help: ArgumentHelp("Shear by up to so many degrees.", valueName: "degrees"))
    var shearRange: Float?

    @Option(help: ArgumentHelp("Zoom by a factor of 1 ± this.", valueName: "part"))
    var zoomRange: Float?

    @Flag(inversion: .prefixedNo, help: "Mirror every second picture on average.")
    var horizontalFlip: Bool?

    @Flag(inversion: .prefixedNo, help: "Turn every second picture on average upside down, as a mirror would.")
    var verticalFlip: Bool?

    @Option(
        help: ArgumentHelp("Brightness times a factor between these two, as 0.7,1.3.", valueName: "a,b"),
        transform: { try numberRange($0) })
    var brightnessRange: ClosedRange<Float>?

    @Option(help: ArgumentHelp("Add up to ± this to all samples, which are 0 to 255.", valueName: "amount"))
    var channelShiftRange: Float?

    @Option(
        help: ArgumentHelp(
            "What fills places that no pixel of the picture covers: nearest, constant, reflect or wrap.",
            valueName: "mode"))
    var fillMode: Augmentation.FillMode?

    @Option(help: ArgumentHelp("The value of fill mode constant, 0 to 255 (default: 0).", valueName: "value"))
    var fillValue: Float?

    @Option(
        help: ArgumentHelp(
            "Magnify a random part of the picture that has between these parts of its area, as 0.5,1; 1,1 for none.",
            valueName: "a,b"),
        transform: { try numberRange($0) })
    var cropScale: ClosedRange<Float>?

    @Option(
        help: ArgumentHelp("Width by height of that part (default: 0.75,1.333).", valueName: "a,b"),
        transform: { try numberRange($0) })
    var cropRatio: ClosedRange<Float>?

    @Option(help: ArgumentHelp("Brightness times 1 ± up to this.", valueName: "part"))
    var jitterBrightness: Float?

    @Option(help: ArgumentHelp("Contrast times 1 ± up to this.", valueName: "part"))
    var jitterContrast: Float?

    @Option(help: ArgumentHelp("Saturation times 1 ± up to this.", valueName: "part"))
    var jitterSaturation: Float?

    @Option(help: ArgumentHelp("Turn hues by up to this part of the circle, at most 0.5.", valueName: "part"))
    var jitterHue: Float?

    @Option(help: ArgumentHelp("Blank a rectangle in this part of the pictures.", valueName: "probability"))
    var erasing: Float?

    @Option(help: ArgumentHelp("Operations from a list: randaugment, trivialaugment or none.", valueName: "name"))
    var policy: AugmentationChoices.Policy?

    @Option(help: ArgumentHelp("How many operations randaugment takes (default: 2).", valueName: "n"))
    var policyOperations: Int?

    @Option(help: ArgumentHelp("randaugment's magnitude, 0 to 30 (default: 9).", valueName: "n"))
    var policyMagnitude: Int?

    @Option(
        help: ArgumentHelp(
            "Mix each picture and its label with another's, by parts of Beta(this, this), as 0.2.", valueName: "alpha"))
    var mixup: Float?

    @Option(
        help: ArgumentHelp(
            "Put a rectangle of another picture into each, of a part of Beta(this, this), as 1; with --mixup each batch has one "
                + "of the two.", valueName: "alpha"))
    var cutmix: Float?

    func validate() throws {
        do {
            try augmentation.validate()
        } catch let error where error is TrainingError || error is DatasetError {
            throw ValidationError("\(error)")
        }
    }

    /// What they choose.
    var choices: AugmentationChoices {
        var choices = AugmentationChoices()
        choices.augment = augment
        choices.rotationRange = rotationRange
        choices.widthShiftRange = widthShiftRange
        choices.heightShiftRange = heightShiftRange
        choices.shearRange = shearRange
        choices.zoomRange = zoomRange
        choices.horizontalFlip = horizontalFlip
        choices.verticalFlip = verticalFlip
        choices.brightnessRange = brightnessRange
        choices.channelShiftRange = channelShiftRange
        choices.fillMode = fillMode
        choices.fillValue = fillValue
        choices.cropScale = cropScale
        choices.cropRatio = cropRatio
        choices.jitterBrightness = jitterBrightness
        choices.jitterContrast = jitterContrast
        choices.jitterSaturation = jitterSaturation
        choices.jitterHue = jitterHue
        choices.erasing = erasing
        choices.policy = policy
        choices.policyOperations = policyOperations
        choices.policyMagnitude = policyMagnitude
        choices.mixup = mixup
        choices.cutmix = cutmix
        return choices
    }

    /// What they ask for by themselves.
    var augmentation: Augmentation { get throws { try choices.resolved } }
}

/// Two numbers with a comma between them, the smaller first.
private func numberRange(_ text: String) throws -> ClosedRange<Float> {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    guard numbers.count == 2, let first = numbers[0], let second = numbers[1], first <= second else {
        throw ValidationError("'\(text)' is not two numbers, the smaller one first, as 0.5,1")
    }
    return first...second
}

extension Augmentation.FillMode: ExpressibleByArgument {}
extension Augmentation.Preset: ExpressibleByArgument {}
extension AugmentationChoices.Policy: ExpressibleByArgument {}
