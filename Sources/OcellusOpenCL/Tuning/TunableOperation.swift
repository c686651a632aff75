import OcellusGraph

/// An operation whose kernels have parameters that are worth trying.
public protocol TunableOperation: OpenCLOperation {
    /// What its kernels depend on beside the shapes: strides, pads, groups.
    var tuningDetail: String { get }

    /// Parameters to try, one axis after the other, each from what was best on those before; the first axes, and on each the
    /// first values, promise most. What a device cannot run may be among them.
    func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]]
}

/// By what an operation's parameters are kept: its kind, its shapes, the batch, and in what numbers it computes.
public struct TuningKey: Sendable, Hashable {
    /// As `convolution [N, 56, 56, 64] [3, 3, 64, 64] → [N, 56, 56, 64], 3×3 same, N 32`.
    public let text: String

    /// The key of an operation at `capacity` samples.
    public init(
        _ operation: any TunableOperation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        precision: Precision = .fp32
    ) {
        func list(_ tensors: [TensorDescription]) -> String { tensors.map { "\($0)" }.joined(separator: " ") }
        let detail = operation.tuningDetail
        text =
            "\(operation.name) \(list(inputs)) → \(list(outputs)), " + (detail.isEmpty ? "" : detail + ", ")
            + "N \(capacity)" + (precision == .fp32 ? "" : ", \(precision)")
    }
}

extension Window {
    /// As `3×3/2 same`; dilations and explicit pads are said in full.
    var tuningText: String {
        var text = "\(height)×\(width)"
        if (strideHeight, strideWidth) != (1, 1) { text += "/\(strideHeight)×\(strideWidth)" }
        if (dilationHeight, dilationWidth) != (1, 1) { text += " dilated \(dilationHeight)×\(dilationWidth)" }
        switch padding {
        case .valid: break
        case .same: text += " same"
        case .explicit(let top, let bottom, let left, let right): text += " padded \(top) \(bottom) \(left) \(right)"
        }
        return text
    }

    /// With the groups, if there are several.
    func tuningText(groups: Int) -> String { tuningText + (groups > 1 ? " in \(groups) groups" : "") }
}

extension OpenCLBackend {
    /// Whether a work-group may make such tiles.
    func fits(_ tile: MatrixTile) -> Bool {
        tile.itemCount <= openCLDevice.maximumWorkGroupSize && tile.localByteCount <= openCLDevice.localMemoryByteCount
    }

    /// How products are added, but for the usual way; matrix units have one of their own.
    var productAxis: [KernelParameters] {
        kernelFamily == .wide || matrixUnits == nil
            ? [.mad, .fma].map { KernelParameters(product: $0) } : []
    }

    /// What a convolution's kernels fetch of its filter.
    var filterAxis: [KernelParameters] { takesNarrowFactors ? [KernelParameters(narrowsFilter: true)] : [] }

    /// Tiles for a product with so many columns; those much wider than it are left out.
    func tileAxis(columns: Int) -> [KernelParameters] {
        (matrixUnits == nil ? MatrixTile.all : tilesOfUnits)
            .filter { fits($0) && ($0.columns <= 32 || $0.columns < 2 * columns) }
            .map { KernelParameters(tile: $0) }
    }

    /// Accumulators of the wide family that registers have room for.
    func registerAxis(mostVectors: Int = 2) -> [KernelParameters] {
        let shapes: [(rows: Int, vectors: Int)] =
            vectorWidth >= 16
            ? [(12, 2), (8, 2), (14, 1), (6, 2), (24, 1), (8, 1), (16, 1), (10, 2), (4, 2)]
            : [(6, 1), (4, 1), (8, 1), (12, 1), (4, 2), (2, 2), (6, 2)]
        return shapes.filter { $0.vectors <= mostVectors }.map {
            KernelParameters(rows: $0.rows, vectors: $0.vectors)
        }
    }

    /// Into how many groups the work falls.
    func groupsAxis(_ values: [Int]) -> [KernelParameters] { values.map { KernelParameters(groups: $0) } }

    /// How much a work-item does.
    func workAxis(_ values: [Int]) -> [KernelParameters] { values.map { KernelParameters(work: $0) } }

    /// How wide the vectors are in the simple kernels.
    var widthAxis: [KernelParameters] { [1, 2, 4, 8, 16].map { KernelParameters(width: $0) } }
}
