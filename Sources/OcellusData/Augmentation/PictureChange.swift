/// All that was drawn for one picture: where its pixels come from, what happens to their colours, what is erased.
///
/// Whatever moves pixels is joined into one affine map, so that the picture is interpolated once: first Keras'
/// transformation, of that the part that is cropped, then the flips, then a policy's movements. Colours change after that,
/// in the order of ``colors``, on 8-bit samples; ``erased`` is last, on normalised values.
public struct PictureChange: Sendable, Equatable {
    /// Keras' transformation, and the flips.
    public var affine: AffineParameters
    /// The part that is brought to the picture's size; nil for all of it.
    public var crop: PixelRectangle?
    /// A policy's movements, in order.
    public var movements: [Movement]
    /// What fills places outside of the picture.
    public var fill: Fill
    /// Changes of the colours, in order.
    public var colors: [ColorChange]
    /// What becomes 0, the mean of normalised pictures.
    public var erased: PixelRectangle?

    /// Changes nothing but what is given.
    public init(
        affine: AffineParameters = AffineParameters(), crop: PixelRectangle? = nil, movements: [Movement] = [],
        fill: Fill = Fill(), colors: [ColorChange] = [], erased: PixelRectangle? = nil
    ) {
        self.affine = affine
        self.crop = crop
        self.movements = movements
        self.fill = fill
        self.colors = colors
        self.erased = erased
    }

    /// What fills places outside of the picture.
    public struct Fill: Sendable, Equatable {
        /// How.
        public var mode: Augmentation.FillMode
        /// The value of each channel, 0…255, where the mode is `constant`.
        public var value: Float

        /// The nearest pixel of the border, unless something else is given.
        public init(_ mode: Augmentation.FillMode = .nearest, value: Float = 0) {
            self.mode = mode
            self.value = value
        }
    }

    /// A movement of RandAugment and TrivialAugment; signs are torchvision's.
    public enum Movement: Sendable, Equatable {
        /// Each row is moved by so many pixels a row.
        case shearX(Float)
        /// Each column is moved by so many pixels a column.
        case shearY(Float)
        /// Moved to the right by whole pixels.
        case translateX(Int)
        /// Moved down by whole pixels.
        case translateY(Int)
        /// Turned counter-clockwise about the centre, in degrees.
        case rotate(Float)

        fileprivate var numbers: [Double] {
            switch self {
            case .shearX(let amount): [1, Double(amount)]
            case .shearY(let amount): [2, Double(amount)]
            case .translateX(let amount): [3, Double(amount)]
            case .translateY(let amount): [4, Double(amount)]
            case .rotate(let degrees): [5, Double(degrees)]
            }
        }

        func places(width: Int, height: Int) -> SourcePlaces {
            switch self {
            case .shearX(let amount): SourcePlaces(x: Double(amount) / 2, xPerRow: Double(amount))
            case .shearY(let amount): SourcePlaces(y: Double(amount) / 2, yPerColumn: Double(amount))
            case .translateX(let amount): SourcePlaces(x: -Double(amount))
            case .translateY(let amount): SourcePlaces(y: -Double(amount))
            case .rotate(let degrees):
                AffineParameters(theta: Double(degrees)).unflippedPlaces(width: width, height: height)
            }
        }
    }

    /// Whether every pixel stays where it is.
    var movesNothing: Bool { affine == AffineParameters() && crop == nil && movements.isEmpty }

    /// The source place of each output pixel.
    ///
    /// - Parameters:
    ///   - width: the picture's width in pixels, before and after.
    ///   - height: the picture's height in pixels, before and after.
    package func sourcePlaces(width: Int, height: Int) -> SourcePlaces {
        var places = affine.unflippedPlaces(width: width, height: height)
        if let crop { places = places.reading(SourcePlaces(magnifying: crop, width: width, height: height)) }
        if affine.isFlipped { places.flipColumns(width: width) }
        if affine.isFlippedVertically { places.flipRows(height: height) }
        for movement in movements { places = places.reading(movement.places(width: width, height: height)) }
        return places
    }

    /// Numbers that differ when two changes do: for keys of caches.
    package var numbers: [Double] {
        var numbers = [
            affine.theta, affine.tx, affine.ty, affine.shear, affine.zx, affine.zy, affine.isFlipped ? 1 : 0,
        ]
        var rest = PictureChange(affine: affine)
        rest.affine.isFlippedVertically = false
        guard rest != self else { return numbers }
        func add(_ rectangle: PixelRectangle?) {
            let values = rectangle.map { [$0.left, $0.top, $0.width, $0.height] } ?? [-1]
            numbers += values.map(Double.init)
        }
        numbers.append(affine.isFlippedVertically ? 1 : 0)
        add(crop)
        numbers += [Double(Augmentation.FillMode.allCases.firstIndex(of: fill.mode) ?? 0), Double(fill.value)]
        for movement in movements { numbers += movement.numbers }
        for color in colors { numbers += color.numbers }
        add(erased)
        return numbers
    }
}
