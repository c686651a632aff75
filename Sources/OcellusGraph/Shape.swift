/// The extents of a tensor, outermost first, row-major. Activations are `[height, width, channels]` (or `[features]`) a
/// sample, filters `[kernelHeight, kernelWidth, inputChannels / groups, outputChannels]`.
public struct Shape: Hashable, Sendable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The extents, outermost first. A scalar has none.
    public let dimensions: [Int]

    /// A shape with the extents given, outermost first.
    public init(_ dimensions: [Int]) { self.dimensions = dimensions }

    /// A shape with the extents given, outermost first.
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The number of elements: the product of the extents, 1 for a scalar.
    public var count: Int { dimensions.reduce(1, *) }

    /// Whether every extent is positive and the product of all stays below 2³⁶ elements, so that bytes of batches can be added up.
    public var isSensible: Bool {
        var product = 1
        for extent in dimensions {
            let (next, overflows) = product.multipliedReportingOverflow(by: extent)
            guard extent > 0, !overflows, next < 1 << 36 else { return false }
            product = next
        }
        return true
    }

    /// The number of dimensions.
    public var rank: Int { dimensions.count }

    /// One extent; a negative index counts from the end, `-1` is the innermost.
    public subscript(_ index: Int) -> Int { dimensions[index < 0 ? dimensions.count + index : index] }

    /// As `[224, 224, 3]`.
    public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }

    /// Encoded as a plain array of extents.
    public init(from decoder: any Decoder) throws { self.init(try [Int](from: decoder)) }

    /// Encoded as a plain array of extents.
    public func encode(to encoder: any Encoder) throws { try dimensions.encode(to: encoder) }
}

/// How one element of a tensor is stored.
public enum ElementType: String, Sendable, Codable, CaseIterable {
    case float32, int32, uint8
    /// IEEE 754 binary16.
    case float16
    /// The upper half of a `float32`.
    case bfloat16

    /// Size of one element in bytes.
    public var byteCount: Int {
        switch self {
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        case .uint8: 1
        }
    }

    /// Whether elements are floating-point numbers.
    public var isFloating: Bool {
        switch self {
        case .float32, .float16, .bfloat16: true
        case .int32, .uint8: false
        }
    }
}

/// What is known of a tensor before anything runs.
public struct TensorDescription: Hashable, Sendable, CustomStringConvertible {
    /// The shape of one sample when `isBatched`, else of the whole tensor.
    public var shape: Shape
    /// Whether the tensor has one such shape for each sample of the batch (an activation), or one in all (a parameter).
    public var isBatched: Bool
    /// How one element is stored.
    public var elementType: ElementType

    /// Describes a tensor of `shape` (of one sample, when batched).
    public init(_ shape: Shape, batched isBatched: Bool, _ elementType: ElementType = .float32) {
        self.shape = shape
        self.isBatched = isBatched
        self.elementType = elementType
    }

    /// The number of elements at a batch of `samples`.
    public func count(samples: Int) -> Int { shape.count * (isBatched ? samples : 1) }

    /// The bytes at a batch of `samples`.
    public func byteCount(samples: Int) -> Int { count(samples: samples) * elementType.byteCount }

    /// As `[N, 224, 224, 3]` when batched.
    public var description: String {
        let extents = (isBatched ? ["N"] : []) + shape.dimensions.map(String.init)
        return "[" + extents.joined(separator: ", ") + "]" + (elementType == .float32 ? "" : " \(elementType)")
    }
}
