import ArgumentParser
import Ocellus

/// How a network that was trained elsewhere wants its pictures.
struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How the network wants its pictures: imagenet (RGB less the mean, divided by the deviation), minus-one-to-one "
                + "(RGB), caffe-bgr (BGR, 0 to 255 less the mean), zero-to-one (RGB).", valueName: "name"))
    var preprocessing: Preprocessing.Preset?

    @Option(
        help: ArgumentHelp(
            "How a picture comes to the input's size: crop (its middle, in proportion) or stretch; unless given crop for "
                + "imagenet, else stretch.", valueName: "how"))
    var resizing: Preprocessing.Resizing?

    @Option(
        help: ArgumentHelp(
            "Where strided windows lie: torch or tensorflow (default: torch).", valueName: "convention"))
    var padding: PaddingConvention?

    /// Whether any of them stands on the command line.
    var isGiven: Bool { preprocessing != nil || resizing != nil || padding != nil }
}

extension Preprocessing.Preset: ExpressibleByArgument {}
extension Preprocessing.Resizing: ExpressibleByArgument {}
extension PaddingConvention: ExpressibleByArgument {}
