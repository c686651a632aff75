/// How a picture becomes a network's input. A model carries its own, and everything that feeds a network goes through
/// it: training, evaluation, prediction and serving cannot differ.
///
/// A sample becomes `(sample × scale − mean) ÷ standardDeviation`, computed in `Double` and rounded once to 32 bits.
public struct Preprocessing: Sendable, Equatable {
    /// How a picture is brought to the network's size.
    public enum Resizing: String, Sendable, Codable, CaseIterable {
        /// Each axis on its own, antialiased bilinear; the proportions are not kept.
        case stretch
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
    /// - Throws: `PreprocessingError` when a side is not in 1…16,384, a list does not hold three numbers, a number is
    ///   not finite, or the scale or a standard deviation is not positive.
    public init(
        width: Int, height: Int, resizing: Resizing = .stretch, channelOrder: ChannelOrder = .rgb,
        scale: Double = 1 / 255, mean: [Double] = [0, 0, 0], standardDeviation: [Double] = [1, 1, 1]
    ) throws(PreprocessingError) {
        for (setting, side) in [("width", width), ("height", height)] where !(1...Self.maximumSide).contains(side) {
            throw PreprocessingError(
                setting: setting, problem: "is \(side); it must be between 1 and \(Self.maximumSide)")
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

    /// The number of values in an input: height × width × 3.
    public var valueCount: Int { width * height * 3 }
}
