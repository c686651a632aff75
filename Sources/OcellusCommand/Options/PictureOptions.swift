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
            "How a picture comes to the input's size: stretch, pad (all of it, in proportion, with bars), fill (in proportion, "
                + "what stands over cut off), center-crop (torchvision's Resize and CenterCrop), crop (about the same, cut "
                + "first); unless given crop for imagenet, else stretch.", valueName: "how"))
    var resizing: Preprocessing.Resizing?

    @Option(
        help: ArgumentHelp(
            "The filter: bilinear, bicubic, lanczos or nearest (default: bilinear).", valueName: "filter"))
    var interpolation: Interpolation?

    @Option(
        help: ArgumentHelp(
            "The colour of --resizing pad's bars (default: 0,0,0, black).", valueName: "red,green,blue"))
    var padColor: PadColor?

    @Option(
        help: ArgumentHelp(
            "What --resizing center-crop makes of the shorter side (default: 8/7 of the input's, 256 for 224).",
            valueName: "pixels"))
    var shorterSide: Int?

    @Option(
        help: ArgumentHelp(
            "Where strided windows lie: torch or tensorflow (default: torch).", valueName: "convention"))
    var padding: PaddingConvention?

    /// How a picture comes to the input's size, as far as it is given.
    var sizing: Preprocessing.Sizing {
        Preprocessing.Sizing(
            resizing: resizing, interpolation: interpolation, padColor: padColor?.samples, shorterSide: shorterSide)
    }

    func validate() throws {
        if padColor != nil, resizing != .pad { throw ValidationError("--pad-color goes with --resizing pad") }
        if shorterSide != nil, resizing != .centerCrop {
            throw ValidationError("--shorter-side goes with --resizing center-crop")
        }
    }
}

/// A colour as "114,114,114".
struct PadColor: ExpressibleByArgument {
    let samples: [UInt8]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        samples = parts.compactMap { UInt8($0) }
        guard parts.count == 3, samples.count == 3 else { return nil }
    }
}

extension Interpolation: ExpressibleByArgument {}

extension Preprocessing.Preset: ExpressibleByArgument {}
extension Preprocessing.Resizing: ExpressibleByArgument {}
extension PaddingConvention: ExpressibleByArgument {}
