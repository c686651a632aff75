import CSIMD
import OcellusGraph

/// The gradient of a convolution's filter as a product: patches of the input, one a place and turned round, times output
/// gradients. Patches are gathered for some hundred places at a time, so that sums stay in registers over all of them.
struct FilterGradientProduct: FilterGradientAlgorithm {
    /// A part of the filter that one task computes: some of the rows `[tap, channel]` of a group, some of its columns.
    private struct Block {
        let group: Int
        let rows: Range<Int>
        let columns: Range<Int>
    }

    private let sum: ChunkedSum
    private let blocks: [Block]
    private let window: SlidingWindow
    private let groups, groupChannels, groupColumns, panelWidth: Int
    private let runs: [SlidingWindow.Tap]
    private let runLength: Int
    private let isPointwise: Bool
    /// Floats of a task's gathered patches, of its packed gradients, and of a last panel's sums.
    private let gatheredCount, packedCount, partialCount: Int
    /// Places whose patches are gathered together.
    private let placesPerBlock: Int

    /// About as many places are gathered together: whole rows of them.
    private static let places = 256
    /// Rows of a block: patches of all places of a block fit the second-level cache.
    private static let blockRows = 336

    init(_ operation: ConvolutionFilterGradient, input: Shape, samples: Int, on backend: CPUBackend) throws {
        window = try operation.window.geometry(over: input).slidingWindow(channels: input[2])
        groups = operation.groups
        groupChannels = input[2] / groups
        groupColumns = operation.outputChannels / groups
        panelWidth = backend.kernels.panelWidth
        (runs, runLength) = window.runs(channels: groupChannels, groups: groups)
        isPointwise = groups == 1 && window.isPointwise
        let rows = runs.count * runLength
        let count = rows * operation.outputChannels
        // Large filters are shared out by their parts, small ones by samples.
        sum = ChunkedSum(count: count, units: samples, chunks: count <= 128 * 1024 ? 16 : 1)
        let rowBlocks = (rows + Self.blockRows - 1) / Self.blockRows
        let columnBlock = sum.chunks >= 8 ? groupColumns : 4 * panelWidth
        let (groups, columns) = (groups, groupColumns)
        blocks = (0..<groups).flatMap { group in
            (0..<rowBlocks).flatMap { block in
                stride(from: 0, to: columns, by: columnBlock).map { column in
                    Block(
                        group: group, rows: rows * block / rowBlocks..<rows * (block + 1) / rowBlocks,
                        columns: column..<min(column + columnBlock, columns))
                }
            }
        }
        placesPerBlock = max(Self.places / window.columns, 1) * window.columns
        let blockRows = blocks.reduce(0) { max($0, $1.rows.count) }
        gatheredCount = isPointwise ? 0 : (placesPerBlock * blockRows + 15) / 16 * 16
        packedCount = max(placesPerBlock, Self.places) * panelWidth
        partialCount = blockRows * panelWidth
    }

    var name: String { isPointwise ? "pointwise" : "product" }
    var workspaceCount: Int { sum.workspaceCount }

    var scratchCount: Int {
        gatheredCount + packedCount + partialCount + (isPointwise ? 0 : window.scratchCount(bandRows: 1))
    }

    func run(
        on backend: CPUBackend, x: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        result: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>?, count: Int
    ) {
        let parts = workspace ?? result
        let chunks = sum.chunksPresent(units: count)
        backend.parallelFor(chunks * blocks.count) { index, worker in
            let (chunk, block) = index.quotientAndRemainder(dividingBy: blocks.count)
            add(
                x, gradient, samples: sum.units(of: chunk, present: count), block: blocks[block],
                to: parts + chunk * sum.count, scratch: backend.scratch(of: worker), on: backend)
        }
        sum.add(parts, present: chunks, on: backend)
        if parts != result { result.update(from: parts, count: sum.count) }
    }

    /// Sums over `samples` what belongs to `block`, from zero.
    private func add(
        _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, samples: Range<Int>, block: Block,
        to result: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let outputChannels = groups * groupColumns
        let channels = groups * groupChannels
        let target = result + block.rows.lowerBound * outputChannels
        // Rows of places; of a pointwise convolution all places are one row, cut where it suits.
        let rowPlaces = isPointwise ? Self.places : window.columns
        let allPlaces = samples.count * window.rows * window.columns
        let step = isPointwise ? Self.places : placesPerBlock
        let partial = scratch + gatheredCount + packedCount
        let firstPlace = samples.lowerBound * window.rows * window.columns
        for place in stride(from: 0, to: allPlaces, by: step) {
            let count = min(step, allPlaces - place)
            var patches = x + (firstPlace + place) * channels + block.rows.lowerBound
            var patchStride = channels
            if !isPointwise {
                for row in 0..<count / rowPlaces {
                    gather(
                        (firstPlace + place) / rowPlaces + row, of: x, block,
                        to: scratch + row * rowPlaces * block.rows.count, lines: partial + partialCount,
                        by: backend.kernels)
                }
                patches = UnsafePointer(scratch)
                patchStride = block.rows.count
            }
            multiply(
                patches, patchStride, gradient + (firstPlace + place) * outputChannels, places: count, block: block,
                to: target, partial: partial, accumulates: place > 0, packed: scratch + gatheredCount, on: backend)
        }
    }

    /// Sums over some places; output gradients are packed in panels, which the first-level cache keeps.
    private func multiply(
        _ patches: UnsafePointer<Float>, _ patchStride: Int, _ gradient: UnsafePointer<Float>, places: Int,
        block: Block, to target: UnsafeMutablePointer<Float>, partial: UnsafeMutablePointer<Float>, accumulates: Bool,
        packed: UnsafeMutablePointer<Float>,
        on backend: CPUBackend
    ) {
        let outputChannels = groups * groupColumns
        let kernels = backend.kernels
        for column in stride(from: block.columns.lowerBound, to: block.columns.upperBound, by: panelWidth) {
            let width = min(panelWidth, block.columns.upperBound - column)
            let first = block.group * groupColumns + column
            let rows = block.rows.count
            if width == panelWidth {
                // A panel that is read once or twice is read where it lies.
                let packs = rows > 32 && outputChannels > panelWidth
                if packs { kernels.copyRows(gradient + first, outputChannels, places, width, packed, panelWidth) }
                kernels.multiplyTransposed(
                    patches, patchStride, packs ? UnsafePointer(packed) : gradient + first,
                    packs ? panelWidth : outputChannels, places, target + first, outputChannels, rows, width,
                    accumulates)
            } else {
                // A last panel is filled up with zeros and summed beside, so that all of its columns are vectors.
                packed.update(repeating: 0, count: places * panelWidth)
                kernels.copyRows(gradient + first, outputChannels, places, width, packed, panelWidth)
                kernels.multiplyTransposed(
                    patches, patchStride, packed, panelWidth, places, partial, panelWidth, rows, panelWidth, accumulates
                )
                kernels.copyRows(partial, panelWidth, rows, width, target + first, outputChannels)
            }
        }
    }

    /// Copies the block's part of the patches of one row of places, numbered over all images.
    private func gather(
        _ number: Int, of x: UnsafePointer<Float>, _ block: Block, to target: UnsafeMutablePointer<Float>,
        lines scratch: UnsafeMutablePointer<Float>, by kernels: simd_kernels
    ) {
        let (image, row) = number.quotientAndRemainder(dividingBy: window.rows)
        let channels = groups * groupChannels
        let needed = window.sourceLines(for: row..<row + 1)
        let lines = window.lines.lines(
            of: x + image * window.lines.height * window.lines.width * channels, from: needed.first,
            count: needed.count,
            scratch: scratch)
        let pixelStride = window.strideColumn * channels
        var rest = block.rows
        while !rest.isEmpty {
            let (run, start) = rest.lowerBound.quotientAndRemainder(dividingBy: runLength)
            let length = min(runLength - start, rest.count)
            let tap = runs[run]
            let source =
                lines.start + (row * window.strideRow + tap.row - needed.first) * lines.stride + tap.column * channels
                + block.group * groupChannels + start
            let first = target + (rest.lowerBound - block.rows.lowerBound)
            kernels.copyRows(source, pixelStride, window.columns, length, first, block.rows.count)
            rest = rest.lowerBound + length..<rest.upperBound
        }
    }
}
