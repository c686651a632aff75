import CSIMD
import OcellusGraph

extension Dense: CPUOperation {
    /// Room for partial sums, where the inner dimension is cut.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        let product = DenseProduct(weight: inputs[1].shape, panelWidth: backend.kernels.panelWidth)
        return product.workspaceCount(rows: inputs[0].isBatched ? capacity : 1) * 4
    }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let product = DenseProduct(
            weight: arguments.inputs[1].description.shape, panelWidth: backend.kernels.panelWidth)
        try backend.reserveScratch(floats: product.scratchCount)
        let isBatched = arguments.inputs[0].description.isBatched
        let workspaceCount = product.workspaceCount(rows: isBatched ? arguments.capacity : 1)
        let workspace = workspaceCount == 0 ? nil : try arguments.workspaceFloats(byteCount: workspaceCount * 4)
        let x = try arguments.input(0)
        let weight = try DenseWeight(arguments, input: 1, on: backend)
        let bias = hasBias ? try arguments.input(2) : nil
        let y = try arguments.output(0)
        let activation = activation.simd
        return CPUStep(algorithm: weight.name) { invocation in
            product.run(
                on: backend, x: x, weight: weight, bias: bias, activation: activation, y: y, workspace: workspace,
                rows: isBatched ? invocation.count : 1)
        }
    }
}

/// `y = f(x · w + b)` with w read where it lies, once: it is the largest operand, so memory decides.
private struct DenseProduct {
    /// Inner and outer extents: w is `[inner, columns]`.
    let inner, columns: Int
    let panelWidth: Int

    /// Rows of w that are worked on before the next columns.
    private let blockRows = 128
    /// Columns that are worked on together; a multiple of all panel widths.
    private let blockColumns = 256

    init(weight: Shape, panelWidth: Int) {
        inner = weight[0]
        columns = weight[1]
        self.panelWidth = panelWidth
    }

    /// Parts of the inner dimension, summed one by one: few columns give the threads too little to share.
    private var parts: Int { columns > 4 * blockColumns ? 1 : min(max(inner / 2048, 1), 64) }

    func workspaceCount(rows: Int) -> Int { parts > 1 ? parts * rows * columns : 0 }

    /// A block of the last panel, when w has no whole one to read there.
    var scratchCount: Int { blockRows * panelWidth }

    func run(
        on backend: CPUBackend, x: UnsafePointer<Float>, weight: DenseWeight, bias: UnsafePointer<Float>?,
        activation: simd_activation, y: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>?, rows: Int
    ) {
        let columnBlocks = (columns + blockColumns - 1) / blockColumns
        let parts = workspace == nil ? 1 : parts
        backend.parallelFor(parts * columnBlocks) { index, worker in
            let (part, block) = index.quotientAndRemainder(dividingBy: columnBlocks)
            let first = inner * part / parts
            let last = inner * (part + 1) / parts
            let target = workspace.map { $0 + part * rows * columns } ?? y
            let isWhole = workspace == nil
            for k in stride(from: first, to: last, by: blockRows) {
                multiply(
                    on: backend, x: x + k, weight: weight, from: k, depth: min(blockRows, last - k),
                    blockStart: block * blockColumns, rows: rows, target: target,
                    bias: isWhole && k == first ? bias : nil, accumulates: k > first,
                    activation: isWhole && k + blockRows >= last ? activation : simd_identity,
                    scratch: backend.scratch(of: worker))
            }
        }
        if let workspace { finish(workspace, parts, bias, activation, y, rows: rows, on: backend) }
    }

    private func multiply(
        on backend: CPUBackend, x: UnsafePointer<Float>, weight: DenseWeight, from first: Int, depth: Int,
        blockStart: Int, rows: Int, target: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?, accumulates: Bool,
        activation: simd_activation, scratch: UnsafeMutablePointer<Float>
    ) {
        let blockEnd = min(blockStart + blockColumns, columns)
        if rows == 1, bias == nil, activation == simd_identity {
            weight.multiplyRow(
                x, from: first * columns + blockStart, rowStride: columns, depth: depth, to: target + blockStart,
                columns: blockEnd - blockStart, accumulates: accumulates, by: backend.kernels)
            return
        }
        for column in stride(from: blockStart, to: blockEnd, by: panelWidth) {
            let width = min(panelWidth, columns - column)
            // A few rows take w as it lies; more are worth a copy that does not evict itself.
            let panel = weight.panel(
                from: first * columns + column, rowStride: columns, depth: depth, width: width, panelWidth: panelWidth,
                isCopied: rows > 4, scratch: scratch, by: backend.kernels)
            withUnsafePointer(to: x) { run in
                var product = simd_product(
                    runs: run, runCount: 1, runLength: depth, rowStride: inner, b: panel.start, bStride: panel.stride,
                    output: target + column, outputStride: columns, columns: width, bias: bias.map { $0 + column },
                    addend: accumulates ? UnsafePointer(target + column) : nil, activation: activation, next: nil)
                backend.kernels.multiply(&product, rows)
            }
        }
    }

    private func finish(
        _ parts: UnsafeMutablePointer<Float>, _ count: Int, _ bias: UnsafePointer<Float>?,
        _ activation: simd_activation, _ y: UnsafeMutablePointer<Float>, rows: Int, on backend: CPUBackend
    ) {
        let kernels = backend.kernels
        backend.parallelFor(rows) { row, _ in
            let line = y + row * columns
            if let bias { line.update(from: bias, count: columns) } else { line.update(repeating: 0, count: columns) }
            for part in 0..<count { kernels.add(line, parts + (part * rows + row) * columns, columns, line) }
            kernels.activate(activation, line, columns, line)
        }
    }
}
