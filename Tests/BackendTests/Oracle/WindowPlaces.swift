import OcellusGraph

extension WindowGeometry {
    /// The input row under row `i` of the window at output row `p`; nil where that is padding.
    func inputRow(_ p: Int, _ i: Int) -> Int? {
        let row = p * window.strideHeight + i * window.dilationHeight - padTop
        return (0..<inputHeight).contains(row) ? row : nil
    }

    /// The input column under column `j` of the window at output column `q`; nil where that is padding.
    func inputColumn(_ q: Int, _ j: Int) -> Int? {
        let column = q * window.strideWidth + j * window.dilationWidth - padLeft
        return (0..<inputWidth).contains(column) ? column : nil
    }

    /// The elements of the window at output place (p, q) that lie inside of the input, row-major.
    func elements(_ p: Int, _ q: Int) -> [WindowElement] {
        var elements: [WindowElement] = []
        for i in 0..<window.height {
            for j in 0..<window.width {
                if let row = inputRow(p, i), let column = inputColumn(q, j) {
                    elements.append(WindowElement(i: i, j: j, place: i * window.width + j, row: row, column: column))
                }
            }
        }
        return elements
    }
}

/// One element of a window, and the input's element under it.
struct WindowElement {
    /// Row and column in the window.
    let i, j: Int
    /// Its number in the window, row-major.
    let place: Int
    /// Row and column of the input.
    let row, column: Int
}

/// Calls `body` for every product that a convolution sums: output (n, p, q, k), the window's element with the input's
/// place under it, input channel c, and c's number `inGroup` in its group. Forward and both gradients differ only in what
/// they do with it.
func forEachProduct(
    _ geometry: WindowGeometry, samples: Int, channels: Int, outputChannels: Int, groups: Int,
    _ body: (_ n: Int, _ p: Int, _ q: Int, _ k: Int, _ element: WindowElement, _ c: Int, _ inGroup: Int) -> Void
) {
    let inputsPerGroup = channels / groups
    let outputsPerGroup = outputChannels / groups
    for p in 0..<geometry.outputHeight {
        for q in 0..<geometry.outputWidth {
            for element in geometry.elements(p, q) {
                for n in 0..<samples {
                    for k in 0..<outputChannels {
                        let group = k / outputsPerGroup
                        for inGroup in 0..<inputsPerGroup {
                            body(n, p, q, k, element, group * inputsPerGroup + inGroup, inGroup)
                        }
                    }
                }
            }
        }
    }
}
