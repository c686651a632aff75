import CSIMD
import OcellusGraph

/// A dense layer's weight `[inner, columns]` in memory, as it is or rounded to BF16.
enum DenseWeight {
    case fp32(UnsafePointer<Float>)
    /// A copy of its own.
    case bf16(CPUBuffer)

    /// The weight that is input `index`: rounded, if the backend wants it so and it never changes.
    init(_ arguments: OperationArguments, input index: Int, on backend: CPUBackend) throws {
        let weight = try arguments.input(index)
        guard backend.denseWeights == .bf16, arguments.inputs[index].isConstant else {
            self = .fp32(weight)
            return
        }
        let count = arguments.inputs[index].description.shape.count
        let rounded = try CPUBuffer(byteCount: 2 * count, label: "the weights of '\(arguments.label)' in BF16")
        backend.forEachBlock(of: count) { range in
            backend.kernels.roundBFloat16(
                weight + range.lowerBound, range.count, Self.elements(of: rounded) + range.lowerBound)
        }
        self = .bf16(rounded)
    }

    /// For profiles.
    var name: String {
        switch self {
        case .fp32: ""
        case .bf16: "BF16 weights"
        }
    }

    private static func elements(of buffer: CPUBuffer) -> UnsafeMutablePointer<UInt16> {
        buffer.memory.assumingMemoryBound(to: UInt16.self)
    }

    /// output = or += x times `depth` rows from element `first` on, of which `columns` columns: one sample.
    func multiplyRow(
        _ x: UnsafePointer<Float>, from first: Int, rowStride: Int, depth: Int, to output: UnsafeMutablePointer<Float>,
        columns: Int, accumulates: Bool, by kernels: simd_kernels
    ) {
        switch self {
        case .fp32(let weight):
            kernels.multiplyRow(x, weight + first, rowStride, depth, output, columns, accumulates)
        case .bf16(let buffer):
            kernels.multiplyRowBFloat16(
                x, Self.elements(of: buffer) + first, rowStride, depth, output, columns, accumulates)
        }
    }

    /// Where `depth` rows of a panel from element `first` on can be read, and how far apart they are.
    /// - Parameters:
    ///   - width: columns that exist, `panelWidth` at most; what is missing is zero.
    ///   - scratch: room for a copy.
    ///   - isCopied: whether floats are copied too, so that the panel's rows lie side by side.
    func panel(
        from first: Int, rowStride: Int, depth: Int, width: Int, panelWidth: Int, isCopied: Bool,
        scratch: UnsafeMutablePointer<Float>, by kernels: simd_kernels
    ) -> (start: UnsafePointer<Float>, stride: Int) {
        if case .fp32(let weight) = self, width == panelWidth, !isCopied { return (weight + first, rowStride) }
        if width < panelWidth { scratch.update(repeating: 0, count: depth * panelWidth) }
        switch self {
        case .fp32(let weight): kernels.copyRows(weight + first, rowStride, depth, width, scratch, panelWidth)
        case .bf16(let buffer):
            kernels.widenBFloat16Rows(
                Self.elements(of: buffer) + first, rowStride, depth, width, scratch, panelWidth)
        }
        return (UnsafePointer(scratch), panelWidth)
    }
}
