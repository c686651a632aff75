#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One picture's transformation, with the meaning of Keras' `apply_affine_transform`: the matrix (rotation · shift · shear ·
/// zoom) about the picture's centre says where in the *source* each output pixel is read, x along the columns.
///
/// Two remarks on Keras 3. Its generator feeds `height_shift_range` to `tx`, which moves along the columns; here each range
/// moves along the axis of its name. And its centre of a picture that is not square has width and height confused; here it
/// is the picture's.
public struct AffineParameters: Sendable, Equatable {
    /// Rotation in degrees.
    public var theta: Double
    /// Shift along the columns, in pixels.
    public var tx: Double
    /// Shift along the rows, in pixels.
    public var ty: Double
    /// Shear in degrees.
    public var shear: Double
    /// Factor along the columns; below 1 magnifies.
    public var zx: Double
    /// Factor along the rows; below 1 magnifies.
    public var zy: Double
    /// Whether the result is mirrored left to right.
    public var isFlipped: Bool
    /// Whether the result is mirrored top to bottom.
    public var isFlippedVertically: Bool

    /// Leaves the picture as it is, but for what is given.
    public init(
        theta: Double = 0, tx: Double = 0, ty: Double = 0, shear: Double = 0, zx: Double = 1, zy: Double = 1,
        isFlipped: Bool = false, isFlippedVertically: Bool = false
    ) {
        self.theta = theta
        self.tx = tx
        self.ty = ty
        self.shear = shear
        self.zx = zx
        self.zy = zy
        self.isFlipped = isFlipped
        self.isFlippedVertically = isFlippedVertically
    }

    /// The source place of each output pixel, the flips left out.
    func unflippedPlaces(width: Int, height: Int) -> SourcePlaces {
        let (sine, cosine) = (sin(theta * .pi / 180), cos(theta * .pi / 180))
        let (shearSine, shearCosine) = (-sin(shear * .pi / 180), cos(shear * .pi / 180))
        // rotation · shift: the shift is rotated along.
        let shiftX = cosine * tx - sine * ty
        let shiftY = sine * tx + cosine * ty
        // · shear · zoom
        let xPerColumn = cosine * zx
        let yPerColumn = sine * zx
        let xPerRow = (cosine * shearSine - sine * shearCosine) * zy
        let yPerRow = (sine * shearSine + cosine * shearCosine) * zy
        let centerX = Double(width) / 2 - 0.5
        let centerY = Double(height) / 2 - 0.5
        let x = shiftX + centerX - xPerColumn * centerX - xPerRow * centerY
        let y = shiftY + centerY - yPerColumn * centerX - yPerRow * centerY
        return SourcePlaces(
            x: x, y: y, xPerColumn: xPerColumn, yPerColumn: yPerColumn, xPerRow: xPerRow, yPerRow: yPerRow)
    }
}
