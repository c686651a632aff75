/// Reads 8-bit pictures at moved places, bilinearly, and normalises them: augmentation on the device.
///
/// Inputs: pictures `[N, H, W, 3]` of `uint8`, red first, and what was drawn for each, `[N, 10]` (``Change``). Output: images
/// `[N, H, W, 3]`, each channel `sample · scale + offset`, 0 where something is erased. Places count from the centre of the top
/// left pixel.
public struct PictureWarp: Operation, Hashable {
    public static let name = "pictureWarp"

    /// What is read outside of a picture; `abcd` stands for a row.
    public enum Outside: Hashable, Sendable {
        /// The nearest pixel of the border: `aaaa|abcd|dddd`.
        case nearest
        /// One value for all channels, 0…255.
        case constant(Float)
        /// Mirrored at the border: `dcba|abcd|dcba`.
        case reflect
        /// Repeated, so that the first pixel lies on the last one: `bcd|abcd|bcda`.
        case wrap
    }

    /// What is read outside of a picture.
    public let outside: Outside
    /// What samples are multiplied by: red, green, blue.
    public let scale: [Float]
    /// What is added to them then.
    public let offset: [Float]
    /// Whether the output has blue first.
    public let isReversed: Bool

    /// A warp; `scale` and `offset` have three numbers each.
    public init(outside: Outside = .nearest, scale: [Float], offset: [Float], isReversed: Bool = false) {
        self.outside = outside
        self.scale = scale
        self.offset = offset
        self.isReversed = isReversed
    }

    /// One picture's numbers.
    public struct Change: Sendable, Equatable {
        /// The source place of the output's top left pixel, and the steps to the next column's and the next row's: x then y.
        public var x, y, xPerColumn, yPerColumn, xPerRow, yPerRow: Float
        /// The rectangle that becomes 0: its first column and row, its width and height; empty for none.
        public var erasedLeft, erasedTop, erasedWidth, erasedHeight: Float

        /// Moves nothing, but for what is given.
        public init(
            x: Float = 0, y: Float = 0, xPerColumn: Float = 1, yPerColumn: Float = 0, xPerRow: Float = 0,
            yPerRow: Float = 1, erasedLeft: Float = 0, erasedTop: Float = 0, erasedWidth: Float = 0,
            erasedHeight: Float = 0
        ) {
            (self.x, self.y) = (x, y)
            (self.xPerColumn, self.yPerColumn) = (xPerColumn, yPerColumn)
            (self.xPerRow, self.yPerRow) = (xPerRow, yPerRow)
            (self.erasedLeft, self.erasedTop) = (erasedLeft, erasedTop)
            (self.erasedWidth, self.erasedHeight) = (erasedWidth, erasedHeight)
        }

        /// How many numbers a picture has.
        public static let count = 10

        /// The numbers in the order that the operation takes them.
        public var numbers: [Float] {
            [
                x, y, xPerColumn, yPerColumn, xPerRow, yPerRow, erasedLeft, erasedTop, erasedWidth, erasedHeight,
            ]
        }
    }

    /// `[N, H, W, 3]` of `uint8`, `[N, 10]` → `[N, H, W, 3]`.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        let (pictures, changes) = (inputs[0], inputs[1])
        guard pictures.isBatched, pictures.shape.rank == 3, pictures.shape[-1] == 3, pictures.elementType == .uint8
        else { throw ShapeMismatch("wants pictures [N, H, W, 3] of uint8, not \(pictures)") }
        guard changes.isBatched, changes.shape == [Change.count], changes.elementType.isFloating else {
            throw ShapeMismatch("wants \(Change.count) numbers a picture, not \(changes)")
        }
        guard scale.count == 3, offset.count == 3 else { throw ShapeMismatch("wants three scales and three offsets") }
        return [TensorDescription(pictures.shape, batched: true)]
    }

    /// Four samples, three interpolations and the normalisation an element.
    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        Cost.elementwise(inputs: inputs, outputs: outputs, samples: samples, flopsPerElement: 11)
    }
}

extension Graph {
    /// The inputs that `preparePictures` puts in place of `images`.
    public static let pictureInputs = (pictures: "pictures", changes: "changes")

    /// Has the input `images` computed from 8-bit pictures (input `pictures`) and their changes (input `changes`) before all
    /// else, in the phase `prepare`.
    /// - Throws: `GraphError` when there is no such input, or it is no picture.
    public mutating func preparePictures(by warp: PictureWarp) throws {
        guard let images = inputs["images"] else { throw GraphError("there is no input 'images'") }
        let pictures = try input(Self.pictureInputs.pictures, self[images].description.shape, .uint8)
        let changes = try input(Self.pictureInputs.changes, [PictureWarp.Change.count])
        try compute("images", by: warp, from: [pictures, changes], phase: .prepare)
    }
}
