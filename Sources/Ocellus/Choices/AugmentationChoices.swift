import OcellusData
import OcellusTraining

/// What someone chooses of the random changes of training pictures: a named set, and single values that change it.
public struct AugmentationChoices: Sendable, Equatable {
    /// A set of changes, of which the others change single values.
    public var augment: Augmentation.Preset?
    /// Rotation by up to so many degrees.
    public var rotationRange: Float?
    /// Shift by up to this part of the width.
    public var widthShiftRange: Float?
    /// Shift by up to this part of the height.
    public var heightShiftRange: Float?
    /// Shear by up to so many degrees.
    public var shearRange: Float?
    /// Zoom by a factor of 1 ± this.
    public var zoomRange: Float?
    /// Whether every second picture is mirrored.
    public var horizontalFlip: Bool?
    /// Whether every second picture is turned upside down.
    public var verticalFlip: Bool?
    /// Brightness times a factor between these.
    public var brightnessRange: ClosedRange<Float>?
    /// Added to all samples, up to ± this of 255.
    public var channelShiftRange: Float?
    /// What fills places that no pixel covers.
    public var fillMode: Augmentation.FillMode?
    /// The value of fill mode `constant`, 0 to 255.
    public var fillValue: Float?
    /// The part of the area that a random crop has, between these; 1...1 for none.
    public var cropScale: ClosedRange<Float>?
    /// Width by height of that crop, between these.
    public var cropRatio: ClosedRange<Float>?
    /// Brightness times 1 ± up to this.
    public var jitterBrightness: Float?
    /// Contrast times 1 ± up to this.
    public var jitterContrast: Float?
    /// Saturation times 1 ± up to this.
    public var jitterSaturation: Float?
    /// Hues turned by up to this part of the circle.
    public var jitterHue: Float?
    /// In which part of the pictures a rectangle is blanked, 0 to 1.
    public var erasing: Float?
    /// Operations from a list.
    public var policy: Policy?
    /// How many operations RandAugment takes.
    public var policyOperations: Int?
    /// RandAugment's magnitude, 0 to 30.
    public var policyMagnitude: Int?
    /// Mixup's alpha; 0 for none.
    public var mixup: Float?
    /// CutMix's alpha; 0 for none.
    public var cutmix: Float?

    /// What `policy` may be.
    public enum Policy: String, Sendable, CaseIterable, ChoiceValue {
        /// No operation.
        case none
        /// So many of them, all of one magnitude.
        case randaugment
        /// One of a random magnitude.
        case trivialaugment
    }

    /// Nothing chosen.
    public init() {}

    static let keys: [ChoiceKey] = [
        ChoiceKey("augment", \.augmentation.augment), ChoiceKey("rotation-range", \.augmentation.rotationRange),
        ChoiceKey("width-shift-range", \.augmentation.widthShiftRange),
        ChoiceKey("height-shift-range", \.augmentation.heightShiftRange),
        ChoiceKey("shear-range", \.augmentation.shearRange), ChoiceKey("zoom-range", \.augmentation.zoomRange),
        ChoiceKey("horizontal-flip", \.augmentation.horizontalFlip),
        ChoiceKey("vertical-flip", \.augmentation.verticalFlip),
        ChoiceKey("brightness-range", \.augmentation.brightnessRange),
        ChoiceKey("channel-shift-range", \.augmentation.channelShiftRange),
        ChoiceKey("fill-mode", \.augmentation.fillMode), ChoiceKey("fill-value", \.augmentation.fillValue),
        ChoiceKey("crop-scale", \.augmentation.cropScale), ChoiceKey("crop-ratio", \.augmentation.cropRatio),
        ChoiceKey("jitter-brightness", \.augmentation.jitterBrightness),
        ChoiceKey("jitter-contrast", \.augmentation.jitterContrast),
        ChoiceKey("jitter-saturation", \.augmentation.jitterSaturation),
        ChoiceKey("jitter-hue", \.augmentation.jitterHue), ChoiceKey("erasing", \.augmentation.erasing),
        ChoiceKey("policy", \.augmentation.policy), ChoiceKey("policy-operations", \.augmentation.policyOperations),
        ChoiceKey("policy-magnitude", \.augmentation.policyMagnitude), ChoiceKey("mixup", \.augmentation.mixup),
        ChoiceKey("cutmix", \.augmentation.cutmix),
    ]

    /// What they ask for.
    /// - Throws: `TrainingError` when options do not go together.
    public var resolved: Augmentation {
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
                throw TrainingError("--fill-value is for --fill-mode constant")
            }
            if let cropScale { result.randomResizedCrop = cropScale == 1...1 ? nil : .init(scale: cropScale) }
            if let cropRatio {
                guard result.randomResizedCrop != nil else { throw TrainingError("--crop-ratio is for --crop-scale") }
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
                    throw TrainingError("--policy-operations and --policy-magnitude are for --policy randaugment")
                }
                if let policyOperations { result.policy?.operations = policyOperations }
                if let policyMagnitude { result.policy?.magnitude = policyMagnitude }
            }
            return result
        }
    }
}
