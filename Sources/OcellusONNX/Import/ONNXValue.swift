/// What a name of a graph stands for.
enum ONNXEntry {
    /// Elements that the file holds.
    case constant(ONNXConstant)
    /// What a layer gives.
    case value(ONNXValue)
    /// A list of extents, as graphs compute it to reshape by.
    case extents([Extent])

    enum Extent: Equatable {
        case batch
        case known(Int)
    }
}

/// The result of a layer as ONNX sees it: its axes in ONNX's order are those of our samples in another, with the batch
/// first and ones between; and perhaps a function of its elements that no layer has been made for yet.
struct ONNXValue {
    /// One axis in ONNX's order.
    enum Axis: Hashable {
        case batch
        /// An extent of one that our sample does not have.
        case one
        /// The axis of our sample with this index.
        case sample(Int)
    }

    /// The layer that gives it.
    var layer: String
    /// The shape of a sample as it lies in memory: `[height, width, channels]` or `[features]`.
    var sample: [Int]
    var axes: [Axis]
    /// `[height, width, channels]` of what was flattened with the channels first, where its elements lie channels last.
    var flattenedPicture: [Int]?
    /// What is applied to each element.
    var function: ElementFunction = .argument
    /// What a layer for the function would be called.
    var functionName = ""

    /// The extents in ONNX's order; nil for the batch's.
    var extents: [Int?] {
        axes.map { axis in
            switch axis {
            case .batch: nil
            case .one: 1
            case .sample(let index): sample[index]
            }
        }
    }

    /// As `[N, 3, 224, 224]`.
    var description: String {
        "[" + extents.map { $0.map(String.init) ?? "N" }.joined(separator: ", ") + "]"
    }

    /// Whether another is of the same elements in the same order, but for the function of each.
    func hasElements(of other: ONNXValue) -> Bool {
        layer == other.layer && axes == other.axes && flattenedPicture == other.flattenedPicture
    }

    /// The same with a function applied to each element.
    func applying(
        called name: String, _ function: (ElementFunction) -> ElementFunction
    ) throws(ONNXFault) -> ONNXValue {
        var result = self
        result.functionName = name
        result.function = function(self.function)
        guard result.function.partCount <= ElementFunction.maximumPartCount else {
            throw ONNXFault("the functions applied to each element are too many to be one activation")
        }
        return result
    }

    /// The place in ONNX's order of an axis given as an attribute gives it, where negative ones count from the end.
    func place(_ axis: Int) throws(ONNXFault) -> Int {
        guard -axes.count..<axes.count ~= axis else {
            throw ONNXFault("the axis \(axis) is none of its input \(description)")
        }
        return axis < 0 ? axes.count + axis : axis
    }

    /// Whether the axis at a place in ONNX's order is our channels.
    func isChannels(_ place: Int) -> Bool { axes[place] == .sample(sample.count - 1) }
}
