/// How a picture becomes a network's input. A model carries its own, and everything that feeds a network goes through
/// it: training, evaluation, prediction and serving cannot differ.
///
/// A sample becomes `(sample × scale − mean) ÷ standardDeviation`, computed in `Double` and rounded once to 32 bits.
public struct Preprocessing: Sendable, Equatable {
    /// How a picture is brought to the network's size.
    public enum Resizing: String, Sendable, Codable, CaseIterable {
        /// Each axis on its own; the proportions are not kept.
        case stretch
        /// All of the picture in its proportions, the rest in one colour (a letterbox): Pillow's `ImageOps.pad`.
        case pad
        /// The most that fits in the network's proportions, in the middle: Pillow's `ImageOps.fit`.
        case fill
        /// The shorter side made a certain length, and the middle of that in the network's size: torchvision's `Resize` and
        /// `CenterCrop`.
        case centerCrop = "center-crop"
        /// The middle in the network's proportions, 7/8 of the most that fits: about what `centerCrop` gives, cut out in
        /// whole pixels before it is resized.
        case crop
    }

    /// How a picture is brought to the network's size, as far as it is chosen.
    public struct Sizing: Sendable, Equatable {
        /// nil for the preset's own.
        public var resizing: Resizing?
        /// nil for bilinear.
        public var interpolation: Interpolation?
        /// Red, green and blue of what `pad` adds; nil for black.
        public var padColor: [UInt8]?
        /// The length that `centerCrop` gives to the shorter side; nil for 8/7 of the input's longer side, as 256 for 224.
        public var shorterSide: Int?

        /// Nothing chosen, unless given.
        public init(
            resizing: Resizing? = nil, interpolation: Interpolation? = nil, padColor: [UInt8]? = nil,
            shorterSide: Int? = nil
        ) {
            self.resizing = resizing
            self.interpolation = interpolation
            self.padColor = padColor
            self.shorterSide = shorterSide
        }
    }

    /// The order of the channels in the network's input.
    public enum ChannelOrder: String, Sendable, Codable, CaseIterable {
        case rgb, bgr
    }

    /// The network's input width, in pixels.
    public let width: Int
    /// The network's input height, in pixels.
    public let height: Int
    /// How a picture is brought to that size.
    public let resizing: Resizing
    /// How samples between pixels are found on the way.
    public let interpolation: Interpolation
    /// Red, green and blue of what `pad` adds, 0…255.
    public let padColor: [UInt8]
    /// The length that `centerCrop` gives to a picture's shorter side, in pixels.
    public let shorterSide: Int
    /// The order of the channels in the input.
    public let channelOrder: ChannelOrder
    /// What samples of 0…255 are multiplied by first.
    public let scale: Double
    /// What is subtracted next; one for each channel, in `channelOrder`.
    public let mean: [Double]
    /// What is divided by last; one for each channel, in `channelOrder`.
    public let standardDeviation: [Double]

    /// The longest side that a network's input may have.
    public static let maximumSide = 16_384

    /// Any preprocessing.
    ///
    /// - Throws: `PreprocessingError` when a side is not in 1…16,384, the shorter side is less than the input's longer, a
    ///   list does not hold three numbers, a number is not finite, or the scale or a standard deviation is not positive.
    public init(
        width: Int, height: Int, sizing: Sizing = Sizing(), channelOrder: ChannelOrder = .rgb,
        scale: Double = 1 / 255, mean: [Double] = [0, 0, 0], standardDeviation: [Double] = [1, 1, 1]
    ) throws(PreprocessingError) {
        for (setting, side) in [("width", width), ("height", height)] where !(1...Self.maximumSide).contains(side) {
            throw PreprocessingError(
                setting: setting, problem: "is \(side); it must be between 1 and \(Self.maximumSide)")
        }
        let longer = max(width, height)
        // What does not matter has one value, so that equal preprocessings are equal.
        let resizing = sizing.resizing ?? .stretch
        let shorterSide = (resizing == .centerCrop ? sizing.shorterSide : nil) ?? (longer * 16 + 7) / 14
        guard (longer...2 * Self.maximumSide).contains(shorterSide) else {
            throw PreprocessingError(
                setting: "shorterSide",
                problem: "is \(shorterSide); it must be between the input's longer side, \(longer), and "
                    + "\(2 * Self.maximumSide)")
        }
        let padColor = (resizing == .pad ? sizing.padColor : nil) ?? [0, 0, 0]
        guard padColor.count == 3 else {
            throw PreprocessingError(
                setting: "padColor", problem: "must have three numbers: red, green and blue, 0 to 255")
        }
        for (setting, numbers) in [("scale", [scale]), ("mean", mean), ("standardDeviation", standardDeviation)] {
            guard setting == "scale" || numbers.count == 3 else {
                let problem = "has \(numbers.count) numbers; it must have three, one for each channel"
                throw PreprocessingError(setting: setting, problem: problem)
            }
            guard numbers.allSatisfy({ $0.isFinite && ($0 > 0 || setting == "mean") }) else {
                let problem = setting == "mean" ? "must be finite" : "must be finite and above 0"
                throw PreprocessingError(setting: setting, problem: problem)
            }
        }
        self.width = width
        self.height = height
        self.resizing = resizing
        interpolation = sizing.interpolation ?? .bilinear
        self.padColor = padColor
        self.shorterSide = shorterSide
        self.channelOrder = channelOrder
        self.scale = scale
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// The guide's: stretched to the size given, RGB, divided by 255.
    ///
    /// - Throws: `PreprocessingError` when a side is not in 1…16,384.
    public static func guide(width: Int = 224, height: Int = 224) throws(PreprocessingError) -> Preprocessing {
        try Preprocessing(width: width, height: height)
    }

    /// The usual ways of networks that were trained elsewhere.
    public enum Preset: String, Sendable, CaseIterable {
        /// RGB, 0…1, stretched: the guide's.
        case zeroToOne = "zero-to-one"
        /// RGB, less ImageNet's mean and divided by its standard deviation, the middle: torchvision's.
        case imagenet
        /// RGB, −1…1, stretched: TensorFlow's for MobileNets and Inception.
        case minusOneToOne = "minus-one-to-one"
        /// BGR, 0…255 less ImageNet's mean, stretched: Caffe's.
        case caffeBGR = "caffe-bgr"
    }

    /// One of the usual ways.
    ///
    /// - Parameter sizing: what is chosen instead of the preset's own: `crop` for `imagenet`, else `stretch`.
    /// - Throws: `PreprocessingError` when a side is not in 1…16,384, or the sizing makes no sense.
    public init(
        _ preset: Preset, width: Int, height: Int, sizing: Sizing = Sizing()
    ) throws(PreprocessingError) {
        switch preset {
        case .zeroToOne: try self.init(width: width, height: height, sizing: sizing)
        case .imagenet:
            var sizing = sizing
            sizing.resizing = sizing.resizing ?? .crop
            try self.init(
                width: width, height: height, sizing: sizing, mean: [0.485, 0.456, 0.406],
                standardDeviation: [0.229, 0.224, 0.225])
        case .minusOneToOne:
            try self.init(width: width, height: height, sizing: sizing, scale: 1 / 127.5, mean: [1, 1, 1])
        case .caffeBGR:
            try self.init(
                width: width, height: height, sizing: sizing, channelOrder: .bgr, scale: 1, mean: [104, 117, 123])
        }
    }

    /// The number of values in an input: height × width × 3.
    public var valueCount: Int { width * height * 3 }
}
