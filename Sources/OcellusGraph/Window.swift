/// A window that slides over height and width: the geometry that convolution and pooling share.
public struct Window: Sendable, Hashable, Codable {
    /// What surrounds the input.
    public enum Padding: Sendable, Hashable, Codable {
        /// Nothing: windows lie wholly inside.
        case valid
        /// TensorFlow's: the output has ⌈input / stride⌉ places, and an odd pad goes after the input.
        case same
        /// So many rows and columns on each side, as PyTorch's weights need.
        case explicit(top: Int, bottom: Int, left: Int, right: Int)

        /// Reads `"valid"`, `"same"`, one number for all sides or `[top, bottom, left, right]`.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let pads = try? container.decode([Int].self), pads.count == 4 {
                self = .explicit(top: pads[0], bottom: pads[1], left: pads[2], right: pads[3])
            } else if let pads = try? container.decode(Int.self) {
                self = .explicit(top: pads, bottom: pads, left: pads, right: pads)
            } else {
                switch try? container.decode(String.self) {
                case "valid": self = .valid
                case "same": self = .same
                default:
                    throw DecodingError.dataCorruptedError(
                        in: container,
                        debugDescription: "a padding is valid, same, a number, or [top, bottom, left, right]")
                }
            }
        }

        /// Writes what `init(from:)` reads.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .valid: try container.encode("valid")
            case .same: try container.encode("same")
            case .explicit(let top, let bottom, let left, let right):
                try container.encode([top, bottom, left, right])
            }
        }
    }

    /// Extent in rows and columns.
    public var height, width: Int
    /// Rows and columns between neighbouring windows.
    public var strideHeight, strideWidth: Int
    /// Rows and columns between neighbouring elements of a window; 1 is dense.
    public var dilationHeight, dilationWidth: Int
    /// What surrounds the input.
    public var padding: Padding

    /// A window that is the same in both directions unless a width is given.
    public init(
        _ height: Int, _ width: Int? = nil, stride: Int = 1, strideWidth: Int? = nil, dilation: Int = 1,
        dilationWidth: Int? = nil, padding: Padding = .valid
    ) {
        self.height = height
        self.width = width ?? height
        self.strideHeight = stride
        self.strideWidth = strideWidth ?? stride
        self.dilationHeight = dilation
        self.dilationWidth = dilationWidth ?? dilation
        self.padding = padding
    }

    /// The number of elements under a window.
    public var count: Int { height * width }

    /// The window laid over an input `[height, width, channels]`.
    /// - Throws: `ShapeMismatch` when not even one window fits.
    public func geometry(over input: Shape) throws(ShapeMismatch) -> WindowGeometry {
        guard input.rank == 3 else {
            throw ShapeMismatch("wants a picture [height, width, channels] for its input, not \(input)")
        }
        guard
            [height, width, strideHeight, strideWidth, dilationHeight, dilationWidth].allSatisfy({ 1...65536 ~= $0 })
        else {
            throw ShapeMismatch("a window's size, stride and dilation are 1 to 65536")
        }
        if case .explicit(let top, let bottom, let left, let right) = padding {
            guard [top, bottom, left, right].allSatisfy({ 0...65536 ~= $0 }) else {
                throw ShapeMismatch("explicit padding is 0 to 65536 a side")
            }
        }
        let rows = extent(input[0], height, strideHeight, dilationHeight, \.top, \.bottom)
        let columns = extent(input[1], width, strideWidth, dilationWidth, \.left, \.right)
        guard rows.count >= 1, columns.count >= 1 else {
            throw ShapeMismatch(
                "its \(height)×\(width) window"
                    + (max(dilationHeight, dilationWidth) > 1 ? " (dilated \(dilationHeight)×\(dilationWidth))" : "")
                    + " is larger than its input \(input)")
        }
        return WindowGeometry(
            window: self, inputHeight: input[0], inputWidth: input[1], outputHeight: rows.count,
            outputWidth: columns.count, padTop: rows.before, padLeft: columns.before)
    }

    private struct Pads {
        var top = 0
        var bottom = 0
        var left = 0
        var right = 0
    }

    private func extent(
        _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: KeyPath<Pads, Int>,
        _ after: KeyPath<Pads, Int>
    ) -> (count: Int, before: Int) {
        let span = (kernel - 1) * dilation + 1
        switch padding {
        case .valid:
            return (input < span ? 0 : (input - span) / stride + 1, 0)
        case .same:
            let count = (input + stride - 1) / stride
            return (count, max((count - 1) * stride + span - input, 0) / 2)
        case .explicit(let top, let bottom, let left, let right):
            let pads = Pads(top: top, bottom: bottom, left: left, right: right)
            let padded = input + pads[keyPath: before] + pads[keyPath: after]
            return (padded < span ? 0 : (padded - span) / stride + 1, pads[keyPath: before])
        }
    }
}

/// A window laid over an input of known size: all that a loop over it needs.
public struct WindowGeometry: Sendable, Hashable {
    /// The window.
    public let window: Window
    /// Rows and columns of the input.
    public let inputHeight, inputWidth: Int
    /// Rows and columns of windows.
    public let outputHeight, outputWidth: Int
    /// Rows above and columns left of the input; what lies beyond on the other sides follows.
    public let padTop, padLeft: Int

    /// Whether no window reaches outside of the input.
    public var isInside: Bool {
        padTop == 0 && padLeft == 0
            && (outputHeight - 1) * window.strideHeight + (window.height - 1) * window.dilationHeight < inputHeight
            && (outputWidth - 1) * window.strideWidth + (window.width - 1) * window.dilationWidth < inputWidth
    }
}
