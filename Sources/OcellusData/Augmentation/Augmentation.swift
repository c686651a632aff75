/// Random changes to training pictures.
///
/// The first part has the parameters of Keras' `ImageDataGenerator` and their distributions, the rest those of torchvision's
/// transforms and timm's `Mixup`. What is drawn for a picture depends on the seed, the epoch and the sample alone; what is
/// mixed, on the seed, the epoch and the batch.
public struct Augmentation: Codable, Sendable, Equatable {
    /// Rotation in degrees: uniform in ± this.
    public var rotationRange: Float
    /// Horizontal shift, uniform in ± this: a fraction of the width below 1, pixels from 1 on.
    public var widthShiftRange: Float
    /// Vertical shift, uniform in ± this: a fraction of the height below 1, pixels from 1 on.
    public var heightShiftRange: Float
    /// Shear angle in degrees: uniform in ± this.
    public var shearRange: Float
    /// Zoom: both axes draw a factor of their own, uniform in 1 ± this; below 1 magnifies.
    public var zoomRange: Float
    /// Whether every other picture, by chance, is mirrored left to right.
    public var horizontalFlip: Bool
    /// Whether every other picture, by chance, is mirrored top to bottom.
    public var verticalFlip: Bool
    /// What samples are multiplied by: uniform in this range. Nil for 1.
    public var brightnessRange: ClosedRange<Float>?
    /// What is added to all samples of a picture, within their bounds: uniform in ± this, of 255.
    public var channelShiftRange: Float
    /// What fills places outside of the picture.
    public var fillMode: FillMode
    /// The value of each channel, 0…255, where the fill mode is `constant`; Keras' `cval`.
    public var fillValue: Float
    /// A part of the picture, magnified to all of it. It is taken of the picture at the network's size.
    public var randomResizedCrop: RandomResizedCrop?
    /// Random brightness, contrast, saturation and hue, in random order.
    public var colorJitter: ColorJitter
    /// A rectangle that is blanked.
    public var randomErasing: RandomErasing?
    /// Operations drawn from a list.
    public var policy: Policy?
    /// Mixup's α: λ of a batch is drawn from Beta(α, α) (Zhang et al., "mixup", ICLR 2018). 0 for no mixup.
    public var mixupAlpha: Float
    /// CutMix's α (Yun et al., "CutMix", ICCV 2019). 0 for no CutMix; with mixup, each batch draws one of the two.
    public var cutmixAlpha: Float

    /// What fills places outside of the picture; `abcd` stands for a row. Keras' modes, that is SciPy's.
    public enum FillMode: String, Codable, Sendable, CaseIterable {
        /// The colour of the nearest pixel of the border: `aaaa|abcd|dddd`.
        case nearest
        /// One value.
        case constant
        /// Mirrored at the border: `dcba|abcd|dcba`.
        case reflect
        /// Repeated, so that the first pixel lies on the last one: `bcd|abcd|bcda`, as SciPy's `wrap` has it.
        case wrap
    }

    /// The part that is kept, torchvision's `RandomResizedCrop`.
    public struct RandomResizedCrop: Codable, Sendable, Equatable {
        /// Its part of the area.
        public var scale: ClosedRange<Float>
        /// Its width by its height; its logarithm is uniform.
        public var ratio: ClosedRange<Float>

        /// With torchvision's values unless others are given.
        public init(scale: ClosedRange<Float> = 0.08...1, ratio: ClosedRange<Float> = 0.75...(4 / 3)) {
            self.scale = scale
            self.ratio = ratio
        }
    }

    /// torchvision's `ColorJitter`: factors uniform in 1 ± these (not below 0), the hue's turn in ± its, of the circle.
    public struct ColorJitter: Codable, Sendable, Equatable {
        /// Of the samples.
        public var brightness: Float
        /// Of the distance from the mean luminance.
        public var contrast: Float
        /// Of the distance from grey.
        public var saturation: Float
        /// At most 0.5.
        public var hue: Float

        /// None but what is given.
        public init(brightness: Float = 0, contrast: Float = 0, saturation: Float = 0, hue: Float = 0) {
            self.brightness = brightness
            self.contrast = contrast
            self.saturation = saturation
            self.hue = hue
        }
    }

    /// torchvision's `RandomErasing` (Zhong et al., "Random Erasing Data Augmentation", AAAI 2020); erased values are 0 after
    /// normalisation.
    public struct RandomErasing: Codable, Sendable, Equatable {
        /// How many of the pictures have something erased.
        public var probability: Float
        /// The rectangle's part of the area.
        public var scale: ClosedRange<Float>
        /// Its height by its width; its logarithm is uniform.
        public var ratio: ClosedRange<Float>

        /// With torchvision's values unless others are given.
        public init(
            probability: Float = 0.5, scale: ClosedRange<Float> = 0.02...0.33, ratio: ClosedRange<Float> = 0.3...3.3
        ) {
            self.probability = probability
            self.scale = scale
            self.ratio = ratio
        }
    }

    /// Operations drawn from a list, with torchvision's lists and magnitudes. Movements interpolate bilinearly.
    public struct Policy: Codable, Sendable, Equatable {
        /// Whose lists.
        public enum Kind: String, Codable, Sendable, CaseIterable {
            /// `RandAugment` (Cubuk et al., 2020): several operations of one magnitude.
            case randAugment = "randaugment"
            /// `TrivialAugmentWide` (Müller & Hutter, ICCV 2021): one operation of any magnitude.
            case trivialAugment = "trivialaugment"
        }

        /// Whose lists.
        public var kind: Kind
        /// How many operations a picture has; TrivialAugment has one.
        public var operations: Int
        /// RandAugment's magnitude, 0…30.
        public var magnitude: Int

        /// With torchvision's values unless others are given.
        public init(_ kind: Kind, operations: Int? = nil, magnitude: Int = 9) {
            self.kind = kind
            self.operations = operations ?? (kind == .randAugment ? 2 : 1)
            self.magnitude = magnitude
        }
    }

    /// Changes nothing but what is given.
    public init(
        rotationRange: Float = 0, widthShiftRange: Float = 0, heightShiftRange: Float = 0, shearRange: Float = 0,
        zoomRange: Float = 0, horizontalFlip: Bool = false, verticalFlip: Bool = false,
        brightnessRange: ClosedRange<Float>? = nil, channelShiftRange: Float = 0, fillMode: FillMode = .nearest,
        fillValue: Float = 0, randomResizedCrop: RandomResizedCrop? = nil, colorJitter: ColorJitter = ColorJitter(),
        randomErasing: RandomErasing? = nil, policy: Policy? = nil, mixupAlpha: Float = 0, cutmixAlpha: Float = 0
    ) {
        self.rotationRange = rotationRange
        self.widthShiftRange = widthShiftRange
        self.heightShiftRange = heightShiftRange
        self.shearRange = shearRange
        self.zoomRange = zoomRange
        self.horizontalFlip = horizontalFlip
        self.verticalFlip = verticalFlip
        self.brightnessRange = brightnessRange
        self.channelShiftRange = channelShiftRange
        self.fillMode = fillMode
        self.fillValue = fillValue
        self.randomResizedCrop = randomResizedCrop
        self.colorJitter = colorJitter
        self.randomErasing = randomErasing
        self.policy = policy
        self.mixupAlpha = mixupAlpha
        self.cutmixAlpha = cutmixAlpha
    }

    /// Whether no picture is changed.
    public var isNone: Bool {
        var rest = self
        rest.fillMode = .nearest
        rest.fillValue = 0
        return rest == .none
    }

    /// Whether pictures of a batch are mixed with one another.
    public var mixesPictures: Bool { mixupAlpha > 0 || cutmixAlpha > 0 }
}
