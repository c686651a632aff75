import OcellusGraph

/// Random changes to a training picture, with the parameters of Keras' `ImageDataGenerator` and their distributions.
///
/// What is drawn for a picture depends on the seed, the epoch and the sample alone. The names in JSON are Keras'
/// (`rotation_range`, …).
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
    /// What fills places outside of the picture.
    public var fillMode: FillMode

    /// What fills places outside of the picture.
    public enum FillMode: String, Codable, Sendable, CaseIterable {
        /// The colour of the nearest pixel of the border.
        case nearest
    }

    /// Changes nothing but what is given.
    public init(
        rotationRange: Float = 0, widthShiftRange: Float = 0, heightShiftRange: Float = 0, shearRange: Float = 0,
        zoomRange: Float = 0, horizontalFlip: Bool = false, fillMode: FillMode = .nearest
    ) {
        self.rotationRange = rotationRange
        self.widthShiftRange = widthShiftRange
        self.heightShiftRange = heightShiftRange
        self.shearRange = shearRange
        self.zoomRange = zoomRange
        self.horizontalFlip = horizontalFlip
        self.fillMode = fillMode
    }

    /// Changes nothing.
    public static let none = Augmentation()
    /// Rotation 20°, shifts 0.2, shear 0.2 (degrees, as Keras reads it), zoom 0.2, horizontal flip.
    public static let guide = Augmentation(
        rotationRange: 20, widthShiftRange: 0.2, heightShiftRange: 0.2, shearRange: 0.2, zoomRange: 0.2,
        horizontalFlip: true)

    enum CodingKeys: String, CodingKey {
        case rotationRange = "rotation_range"
        case widthShiftRange = "width_shift_range"
        case heightShiftRange = "height_shift_range"
        case shearRange = "shear_range"
        case zoomRange = "zoom_range"
        case horizontalFlip = "horizontal_flip"
        case fillMode = "fill_mode"
    }

    /// Whether no picture is changed.
    public var isNone: Bool {
        rotationRange == 0 && widthShiftRange == 0 && heightShiftRange == 0 && shearRange == 0 && zoomRange == 0
            && !horizontalFlip
    }

    /// Checks the ranges.
    ///
    /// - Throws: ``DatasetError/invalidOption(name:value:reason:)`` for a range that is negative, not finite or too large.
    public func validate() throws {
        let ranges: [(CodingKeys, Float, Float)] = [
            (.rotationRange, rotationRange, 360), (.widthShiftRange, widthShiftRange, 65536),
            (.heightShiftRange, heightShiftRange, 65536), (.shearRange, shearRange, 89), (.zoomRange, zoomRange, 0.99),
        ]
        for (key, value, most) in ranges where !(value >= 0 && value <= most) {
            throw DatasetError.invalidOption(
                name: key.rawValue, value: "\(value)", reason: "it must be from 0 to \(most)")
        }
    }

    /// Draws one picture's transformation.
    ///
    /// Every parameter has its place in the sequence, drawn or not, so that turning one off leaves the others as they are.
    ///
    /// - Parameters:
    ///   - width: The picture's width in pixels.
    ///   - height: The picture's height in pixels.
    public func draw(seed: UInt64, epoch: Int, sample: Int, width: Int, height: Int) -> AffineParameters {
        var random = PhiloxSequence(seed: seed, purpose: .augmentation, step: epoch, sample: sample)
        func within(_ range: Float) -> Double { Double((2 * random.nextUniform() - 1) * range) }
        let theta = within(rotationRange)
        let vertical = within(heightShiftRange) * (heightShiftRange < 1 ? Double(height) : 1)
        let horizontal = within(widthShiftRange) * (widthShiftRange < 1 ? Double(width) : 1)
        let shear = within(shearRange)
        let zx = 1 + within(zoomRange)
        let zy = 1 + within(zoomRange)
        let isFlipped = random.nextUniform() < 0.5
        return AffineParameters(
            theta: theta, tx: horizontal, ty: vertical, shear: shear, zx: zx, zy: zy,
            isFlipped: isFlipped && horizontalFlip)
    }
}
