import ArgumentParser
import Ocellus

/// Random changes of the training pictures: a named set, or single options that change it.
struct AugmentationOptions: ParsableArguments {
    enum Preset: String, ExpressibleByArgument, CaseIterable {
        case none, guide
    }

    @Option(
        help: ArgumentHelp(
            "Random changes of the training pictures: none, or guide (rotation 20°, shifts 0.2, shear 0.2°, zoom 0.2, "
                + "horizontal flip); none unless given. The options below change single values of it.",
            valueName: "preset"))
    var augment: Preset?

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

    @Option(help: ArgumentHelp("What fills places that no pixel of the picture covers: nearest.", valueName: "mode"))
    var fillMode: Augmentation.FillMode?

    /// Whether any of them stands on the command line.
    var isGiven: Bool {
        augment != nil || horizontalFlip != nil || fillMode != nil
            || [rotationRange, widthShiftRange, heightShiftRange, shearRange, zoomRange].contains { $0 != nil }
    }

    var augmentation: Augmentation {
        var result: Augmentation = augment == .guide ? .guide : .none
        if let rotationRange { result.rotationRange = rotationRange }
        if let widthShiftRange { result.widthShiftRange = widthShiftRange }
        if let heightShiftRange { result.heightShiftRange = heightShiftRange }
        if let shearRange { result.shearRange = shearRange }
        if let zoomRange { result.zoomRange = zoomRange }
        if let horizontalFlip { result.horizontalFlip = horizontalFlip }
        if let fillMode { result.fillMode = fillMode }
        return result
    }
}

extension Augmentation.FillMode: ExpressibleByArgument {}
