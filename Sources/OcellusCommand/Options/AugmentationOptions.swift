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
    var policy: PolicyChoice?

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

    enum PolicyChoice: String, ExpressibleByArgument, CaseIterable {
        case none, randaugment, trivialaugment
    }

    func validate() throws {
        do {
            try augmentation.validate()
        } catch let error as DatasetError {
            throw ValidationError("\(error)")
        }
    }

    /// Whether any of them stands on the command line.
    var isGiven: Bool {
        let numbers = [
            rotationRange, widthShiftRange, heightShiftRange, shearRange, zoomRange, channelShiftRange, fillValue,
            jitterBrightness, jitterContrast, jitterSaturation, jitterHue, erasing, mixup, cutmix,
        ]
        let ranges = [brightnessRange, cropScale, cropRatio]
        return augment != nil || horizontalFlip != nil || verticalFlip != nil || fillMode != nil || policy != nil
            || policyOperations != nil || policyMagnitude != nil || numbers.contains { $0 != nil }
            || ranges.contains { $0 != nil }
    }

    /// What they ask for.
    /// - Throws: `ValidationError` when options do not go together.
    var augmentation: Augmentation {
        get throws {
            var result = (augment ?? .none).augmentation
            func set(_ value: Float?, _ path: WritableKeyPath<Augmentation, Float>) {
                if let value { result[keyPath: path] = value }
            }
            set(rotationRange, \.rotationRange)
            set(widthShiftRange, \.widthShiftRange)
            set(heightShiftRange, \.heightShiftRange)
            set(shearRange, \.shearRange)
            set(zoomRange, \.zoomRange)
            set(channelShiftRange, \.channelShiftRange)
            set(fillValue, \.fillValue)
            set(jitterBrightness, \.colorJitter.brightness)
            set(jitterContrast, \.colorJitter.contrast)
            set(jitterSaturation, \.colorJitter.saturation)
            set(jitterHue, \.colorJitter.hue)
            set(mixup, \.mixupAlpha)
            set(cutmix, \.cutmixAlpha)
            if let horizontalFlip { result.horizontalFlip = horizontalFlip }
            if let verticalFlip { result.verticalFlip = verticalFlip }
            if let brightnessRange { result.brightnessRange = brightnessRange }
            if let fillMode { result.fillMode = fillMode }
            if fillValue != nil, result.fillMode != .constant {
                throw ValidationError("--fill-value is for --fill-mode constant")
            }
            if let cropScale { result.randomResizedCrop = cropScale == 1...1 ? nil : .init(scale: cropScale) }
            if let cropRatio {
                guard result.randomResizedCrop != nil else { throw ValidationError("--crop-ratio is for --crop-scale") }
                result.randomResizedCrop?.ratio = cropRatio
            }
            if let erasing { result.randomErasing = erasing == 0 ? nil : .init(probability: erasing) }
            switch policy {
            case .some(.none): result.policy = nil
            case .randaugment: result.policy = .init(.randAugment)
            case .trivialaugment: result.policy = .init(.trivialAugment)
            case nil: break
            }
            if policyOperations != nil || policyMagnitude != nil {
                guard result.policy?.kind == .randAugment else {
                    throw ValidationError("--policy-operations and --policy-magnitude are for --policy randaugment")
                }
                if let policyOperations { result.policy?.operations = policyOperations }
                if let policyMagnitude { result.policy?.magnitude = policyMagnitude }
            }
            return result
        }
    }
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
