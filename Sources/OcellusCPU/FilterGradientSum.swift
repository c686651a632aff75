import OcellusGraph

/// The sum over samples and places of outer products of an input patch and an output gradient.
struct FilterGradientSum: FilterGradientAlgorithm {
    /// A part of the filter that one task computes: some runs of taps, some output channels of each group.
    private struct Block {
        let runs: Range<Int>
        let columns: Range<Int>
    }

    private let sum: ChunkedSum
    private let blocks: [Block]
    private let geometry: WindowGeometry
    private let channels, outputChannels, groups: Int
    private let runs: [SlidingWindow.Tap]
    private let runLength: Int
    private let isDepthwise: Bool

    init(_ operation: ConvolutionFilterGradient, input: Shape, samples: Int, on backend: CPUBackend) throws {
        geometry = try operation.window.geometry(over: input)
        channels = input[2]
        outputChannels = operation.outputChannels
        groups = operation.groups
        let groupChannels = channels / groups
        isDepthwise =
            groupChannels == 1 && outputChannels == groups && groups > 1
            && backend.algorithms.allowsDepthwise
        let window = geometry.slidingWindow(channels: channels)
        if window.lines.padLeft == 0, window.lines.padRight == 0 {
            (runs, runLength) = window.runs(channels: groupChannels, groups: groups)
        } else {
            (runs, runLength) = (window.taps, groupChannels)
        }
        let count = operation.window.count * groupChannels * outputChannels
        // Large filters are shared out by their parts, small ones by samples.
        sum = ChunkedSum(count: count, units: samples, chunks: count <= 128 * 1024 ? 16 : 1)
        let columns = outputChannels / groups
        let width = sum.chunks >= 8 ? columns : 64
        let runBlock = sum.chunks >= 8 ? runs.count : 1
        let runCount = runs.count
        blocks = stride(from: 0, to: runs.count, by: max(runBlock, 1)).flatMap { run in
            stride(from: 0, to: columns, by: width).map { column in
                Block(
                    runs: run..<min(run + runBlock, runCount), columns: column..<min(column + width, columns))
            }
        }
    }

    var name: String { isDepthwise ? "depthwise" : "" }
    var workspaceCount: Int { sum.workspaceCount }
    var scratchCount: Int { 0 }

    func run(
        on backend: CPUBackend, x: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        result: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>?, count: Int
    ) {
        let parts = workspace ?? result
        let chunks = sum.chunksPresent(units: count)
        backend.parallelFor(chunks * blocks.count) { index, _ in
            let (chunk, block) = index.quotientAndRemainder(dividingBy: blocks.count)
            add(
                x, gradient, samples: sum.units(of: chunk, present: count), block: blocks[block],
                to: parts + chunk * sum.count, on: backend)
        }
        sum.add(parts, present: chunks, on: backend)
        if parts != result { result.update(from: parts, count: sum.count) }
    }

    /// Sums over `samples` what belongs to `block`, from zero.
    private func add(
        _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, samples: Range<Int>, block: Block,
        to result: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        for index in block.runs {
            clear(run: index, block.columns, of: result)
        }
        let inputCount = geometry.inputHeight * geometry.inputWidth * channels
        let outputCount = geometry.outputHeight * geometry.outputWidth * outputChannels
        for sample in samples {
            for row in 0..<geometry.outputHeight {
                for index in block.runs {
                    addRow(
                        row, run: index, x + sample * inputCount,
                        gradient + (sample * outputCount + row * geometry.outputWidth * outputChannels),
                        columns: block.columns, to: result, on: backend)
                }
            }
        }
    }

    private func clear(run: Int, _ columns: Range<Int>, of result: UnsafeMutablePointer<Float>) {
        let start = result + run * runLength * outputChannels
        for row in 0..<runLength {
            for group in 0..<groups {
                let first = row * outputChannels + group * (outputChannels / groups) + columns.lowerBound
                (start + first).update(repeating: 0, count: columns.count)
            }
        }
    }

    private func addRow(
        _ row: Int, run index: Int, _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, columns: Range<Int>,
        to result: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let run = runs[index]
        let stride = geometry.window.strideWidth
        let sourceRow = row * geometry.window.strideHeight + run.row
        guard sourceRow >= 0, sourceRow < geometry.inputHeight else { return }
        // Places whose tap lies inside of the input.
        let first = run.column < 0 ? (-run.column + stride - 1) / stride : 0
        let lastColumn = geometry.inputWidth - 1 - run.column
        guard lastColumn >= 0 else { return }
        let last = min(geometry.outputWidth - 1, lastColumn / stride)
        guard first <= last else { return }
        let source = x + (sourceRow * geometry.inputWidth + first * stride + run.column) * channels
        let output = gradient + first * outputChannels
        let target = result + index * runLength * outputChannels
        if isDepthwise {
            backend.kernels.multiplyChannels(
                source, stride * channels, output, outputChannels, last - first + 1, target, channels)
            return
        }
        for group in 0..<groups {
            let column = group * (outputChannels / groups) + columns.lowerBound
            backend.kernels.multiplyTransposed(
                source + group * (channels / groups), stride * channels, output + column, outputChannels,
                last - first + 1, target + column, outputChannels, runLength, columns.count, true)
        }
    }
}
