import OcellusData
import OcellusTraining

/// What someone chooses of the random changes of training pictures: a named set, and single values that change it.
public struct AugmentationChoices: Sendable, Equatable {
    public var augment: Augmentation.Preset?
    public var rotationRange: Float?
    public var widthShiftRange: Float?
    public var heightShiftRange: Float?
    public var shearRange: Float?
    public var zoomRange: Float?
    public var horizontalFlip: Bool?
    public var verticalFlip: Bool?
    public var brightnessRange: ClosedRange<Float>?
    public var channelShiftRange: Float?
    public var fillMode: Augmentation.FillMode?
    public var fillValue: Float?
    public var cropScale: ClosedRange<Float>?
    public var cropRatio: ClosedRange<Float>?
    public var jitterBrightness: Float?
    public var jitterContrast: Float?
    public var jitterSaturation: Float?
    public var jitterHue: Float?
    public var erasing: Float?
    public var policy: Policy?
    public var policyOperations: Int?
    public var policyMagnitude: Int?
    public var mixup: Float?
    public var cutmix: Float?

    /// What `policy` may be.
    public enum Policy: String, Sendable, CaseIterable, ChoiceValue {
        case none, randaugment, trivialaugment
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
