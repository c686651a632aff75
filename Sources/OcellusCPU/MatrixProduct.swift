import CSIMD

/// A product of two matrices, either of which may be stored transposed. The right one is packed in panels, the left one
/// turned round if it is transposed; blocks of the packed factors stay in the caches (Goto and van de Geijn, 2008).
struct MatrixProduct {
    /// Extents: `[rows, inner] · [inner, columns]`.
    let rows, inner, columns: Int
    /// Whether the left factor is stored `[inner, rows]`.
    let transposesLeft: Bool
    /// Whether the right factor is stored `[columns, inner]`.
    let transposesRight: Bool
    /// Columns of a panel.
    let panelWidth: Int

    /// The inner extent of a block: a panel of so many rows takes a first-level cache or little more, and the next one is
    /// fetched meanwhile.
    private static let blockInner = 512
    /// Rows of a task: whole tiles of 14.
    private static let blockRows = 98

    private var panels: Int { (columns + panelWidth - 1) / panelWidth }
    private var leftCount: Int { transposesLeft ? rows * inner : 0 }

    /// Floats of workspace.
    var workspaceCount: Int { panels * panelWidth * inner + leftCount }

    /// Computes the product.
    func run(
        on backend: CPUBackend, left: UnsafePointer<Float>, right: UnsafePointer<Float>,
        result: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>
    ) {
        let packed = workspace + leftCount
        packRight(right, into: packed, on: backend)
        if transposesLeft { turnLeft(left, into: workspace, on: backend) }
        let left = transposesLeft ? UnsafePointer(workspace) : left
        let rowBlocks = (rows + Self.blockRows - 1) / Self.blockRows
        let panelBlock = max(1, min(16, panels * rowBlocks / (4 * backend.threads)))
        let panelBlocks = (panels + panelBlock - 1) / panelBlock
        backend.parallelFor(rowBlocks * panelBlocks) { index, _ in
            let (block, panelIndex) = index.quotientAndRemainder(dividingBy: panelBlocks)
            let row = block * Self.blockRows
            for k in stride(from: 0, to: inner, by: Self.blockInner) {
                let lastPanel = min((panelIndex + 1) * panelBlock, panels) - 1
                for panel in panelIndex * panelBlock...lastPanel {
                    let column = panel * panelWidth
                    let start = packed + (panel * inner + k) * panelWidth
                    withUnsafePointer(to: left + (row * inner + k)) { run in
                        var product = simd_product(
                            runs: run, runCount: 1, runLength: min(Self.blockInner, inner - k), rowStride: inner,
                            b: start, bStride: panelWidth,
                            output: result + (row * columns + column), outputStride: columns,
                            columns: min(panelWidth, columns - column), bias: nil,
                            addend: k > 0 ? UnsafePointer(result + (row * columns + column)) : nil,
                            activation: simd_identity,
                            next: panel < lastPanel ? UnsafePointer(start + inner * panelWidth) : nil)
                        backend.kernels.multiply(&product, min(Self.blockRows, rows - row))
                    }
                }
            }
        }
    }

    private func packRight(
        _ right: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        backend.parallelFor(panels) { panel, _ in
            let column = panel * panelWidth
            let width = min(panelWidth, columns - column)
            let target = packed + panel * panelWidth * inner
            if width < panelWidth { target.update(repeating: 0, count: panelWidth * inner) }
            if transposesRight {
                backend.kernels.transpose(right + column * inner, inner, width, inner, target, panelWidth)
            } else {
                for k in 0..<inner {
                    (target + k * panelWidth).update(from: right + (k * columns + column), count: width)
                }
            }
        }
    }

    private func turnLeft(
        _ left: UnsafePointer<Float>, into turned: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let block = 64
        backend.parallelFor((inner + block - 1) / block) { index, _ in
            let k = index * block
            backend.kernels.transpose(left + k * rows, rows, min(block, inner - k), rows, turned + k, inner)
        }
    }
}
