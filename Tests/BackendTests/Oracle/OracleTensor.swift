import OcellusGraph

/// A tensor in `Double`, row-major, its batch outermost if it has one.
struct OracleTensor: Sendable {
    /// Shape, batching and element type; whole numbers and bytes are held as `Double` too.
    let description: TensorDescription
    /// All extents, outermost first: `[N] + shape` when batched.
    let extents: [Int]
    /// The elements.
    var values: [Double]

    init(_ description: TensorDescription, samples: Int, values: [Double]? = nil) {
        self.description = description
        extents = (description.isBatched ? [samples] : []) + description.shape.dimensions
        self.values = values ?? [Double](repeating: 0, count: description.count(samples: samples))
        precondition(self.values.count == description.count(samples: samples))
    }

    subscript(_ a: Int, _ b: Int) -> Double {
        get { values[a * extents[1] + b] }
        set { values[a * extents[1] + b] = newValue }
    }

    subscript(_ a: Int, _ b: Int, _ c: Int) -> Double {
        get { values[(a * extents[1] + b) * extents[2] + c] }
        set { values[(a * extents[1] + b) * extents[2] + c] = newValue }
    }

    subscript(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Double {
        get { values[((a * extents[1] + b) * extents[2] + c) * extents[3] + d] }
        set { values[((a * extents[1] + b) * extents[2] + c) * extents[3] + d] = newValue }
    }

    /// The innermost extent.
    var channels: Int { description.shape[-1] }

    /// The element-wise image.
    func map(_ transform: (Double) -> Double) -> OracleTensor {
        var result = self
        result.values = values.map(transform)
        return result
    }
}
