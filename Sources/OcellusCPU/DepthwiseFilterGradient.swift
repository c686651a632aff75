import OcellusGraph

/// The gradient of a depthwise convolution's filter: for each tap and channel the sum over samples and places of a pixel
/// times an output gradient.
struct DepthwiseFilterGradient: FilterGradientAlgorithm {
    private let sum: ChunkedSum
    private let geometry: WindowGeometry
    private let channels: Int
    private let taps: [SlidingWindow.Tap]

    /// Nil when the convolution is not depthwise.
    init?(_ operation: ConvolutionFilterGradient, input: Shape, samples: Int) throws {
        channels = input[2]
        guard operation.groups > 1, operation.groups == channels, operation.outputChannels == channels else {
            return nil
        }
        geometry = try operation.window.geometry(over: input)
        taps = geometry.taps
        sum = ChunkedSum(count: taps.count * channels, units: samples, chunks: 16)
    }

    var name: String { "depthwise" }
    var workspaceCount: Int { sum.workspaceCount }
    var scratchCount: Int { 0 }

    func run(
        on backend: CPUBackend, x: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        result: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>?, count: Int
    ) {
        let parts = workspace ?? result
        let chunks = sum.chunksPresent(units: count)
        let inputCount = geometry.inputHeight * geometry.inputWidth * channels
        let rowCount = geometry.outputWidth * channels
        backend.parallelFor(chunks) { chunk, _ in
            let target = parts + chunk * sum.count
            target.update(repeating: 0, count: sum.count)
            for sample in sum.units(of: chunk, present: count) {
                for row in 0..<geometry.outputHeight {
                    let line = gradient + (sample * geometry.outputHeight + row) * rowCount
                    for tap in taps.indices {
                        addRow(row, tap, x + sample * inputCount, line, to: target + tap * channels, on: backend)
                    }
                }
            }
        }
        sum.add(parts, present: chunks, on: backend)
        if parts != result { result.update(from: parts, count: sum.count) }
    }

    private func addRow(
        _ row: Int, _ index: Int, _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
        to target: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let tap = taps[index]
        let stride = geometry.window.strideWidth
        let sourceRow = row * geometry.window.strideHeight + tap.row
        let lastColumn = geometry.inputWidth - 1 - tap.column
        guard 0..<geometry.inputHeight ~= sourceRow, lastColumn >= 0 else { return }
        // Places whose tap lies inside of the input.
        let first = tap.column < 0 ? (-tap.column + stride - 1) / stride : 0
        let last = min(geometry.outputWidth - 1, lastColumn / stride)
        guard first <= last else { return }
        backend.kernels.multiplyChannels(
            x + (sourceRow * geometry.inputWidth + first * stride + tap.column) * channels, stride * channels,
            gradient + first * channels, channels, last - first + 1, target, channels)
    }
}
