import CSIMD
import OcellusGraph

extension PooledConvolutionInputGradient: CPUOperation {
    /// Whether the channels of a pixel can be counted in 16 bits.
    public func isSupported(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { inputs[2].shape[3] <= 65535 }

    /// Room for the filter, turned round.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { inputs[2].shape.count * 4 }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let filterShape = arguments.inputs[2].description.shape
        let sparse = try SparseInputGradient(self, outputChannels: filterShape[3])
        try backend.reserveScratch(floats: sparse.scratchCount)
        let gradient = try arguments.input(0)
        let winners = try arguments.byteInput(1)
        let filter = try arguments.input(2)
        let result = try arguments.output(0)
        let turned = try arguments.workspaceFloats(byteCount: filterShape.count * 4)
        let isBatched = arguments.inputs[0].description.isBatched
        return CPUStep { invocation in
            let rows = filterShape.count / filterShape[3]
            backend.kernels.transpose(filter, filterShape[3], rows, filterShape[3], turned, rows)
            let count = isBatched ? invocation.count : 1
            // An input row gets its terms in the same order whatever the bands are.
            let bands = sparse.bands(samples: count, threads: backend.threads)
            backend.parallelFor(count * bands.count) { index, worker in
                let (sample, band) = index.quotientAndRemainder(dividingBy: bands.count)
                sparse.run(
                    gradient, winners, turned, sample: sample,
                    rows: band * bands.rows..<min((band + 1) * bands.rows, inputShape[0]), to: result,
                    scratch: backend.scratch(of: worker), on: backend)
            }
        }
    }
}

/// The input gradient as a sum over what is not zero: each winner adds its gradient times its channel's filter to the
/// input patch that it saw. Winners are first listed by pixel and place in the window, so that a patch stays in registers.
private struct SparseInputGradient {
    private let window: SlidingWindow
    private let runs: [SlidingWindow.Tap]
    private let runLength: Int
    private let outputChannels, groups: Int
    private let pooledRows, pooledColumns: Int

    init(_ operation: PooledConvolutionInputGradient, outputChannels: Int) throws {
        let channels = operation.inputShape[2]
        window = try operation.window.geometry(over: operation.inputShape).slidingWindowForPooling(channels: channels)
        groups = operation.groups
        self.outputChannels = outputChannels
        (runs, runLength) = window.runs(channels: channels / groups, groups: groups)
        pooledRows = window.rows / 2
        pooledColumns = window.columns / 2
    }

    private var hasBorder: Bool { window.lines.padLeft > 0 || window.lines.padRight > 0 }
    // Entries of one line of windows, two floats each, and room to sort them; where the lists start.
    private var lineRoom: Int { pooledColumns * (outputChannels / groups) + 4 }
    private var sortRoom: Int { 4 * (outputChannels / groups) + 16 }
    private var listCount: Int {
        (2 * (2 * lineRoom + sortRoom) + 2 * (2 * pooledColumns + 1) + 15) / 16 * 16
    }

    // With columns left or right of the picture, rows are summed in scratch memory, in bands of this many.
    private var borderedRows: Int { max(8, window.bandRows()) }

    /// Floats of scratch memory.
    var scratchCount: Int { listCount + (hasBorder ? window.lines.scratchCount(lines: borderedRows) : 0) }

    /// How the input's rows are shared out.
    func bands(samples: Int, threads: Int) -> (count: Int, rows: Int) {
        let height = window.lines.height
        var rows = samples >= 4 * threads ? height : max(8, (height * samples + 4 * threads - 1) / (4 * threads))
        if hasBorder { rows = min(rows, borderedRows) }
        return ((height + rows - 1) / rows, rows)
    }

    /// Computes rows of the input's gradient.
    func run(
        _ gradient: UnsafePointer<Float>, _ winners: UnsafePointer<UInt8>, _ filter: UnsafePointer<Float>, sample: Int,
        rows: Range<Int>, to result: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
        on backend: CPUBackend
    ) {
        let lines = window.lines
        let rowCount = lines.width * lines.channels
        let image = result + sample * lines.height * rowCount
        let stride = hasBorder ? lines.paddedStride : rowCount
        let first = hasBorder ? scratch + listCount : image + rows.lowerBound * rowCount
        // Rows are cleared when they are first needed, while they are in the cache anyway.
        var cleared = rows.lowerBound
        func clear(to end: Int) {
            guard end > cleared else { return }
            (first + (cleared - rows.lowerBound) * stride).update(repeating: 0, count: (end - cleared) * stride)
            cleared = end
        }
        for pooledRow in pooledRows(touching: rows) {
            let needed = window.sourceLines(for: 2 * pooledRow..<2 * pooledRow + 2)
            clear(to: min(needed.first + needed.count, rows.upperBound))
            addRow(
                pooledRow, gradient, winners, filter, sample: sample, rows: rows,
                origin: first + lines.padLeft * (hasBorder ? lines.channels : 0) - rows.lowerBound * stride,
                stride: stride, scratch: scratch, on: backend)
        }
        clear(to: rows.upperBound)
        if hasBorder {
            for row in rows {
                (image + row * rowCount).update(
                    from: first + ((row - rows.lowerBound) * stride + lines.padLeft * lines.channels), count: rowCount)
            }
        }
    }

    private func pooledRows(touching rows: Range<Int>) -> Range<Int> {
        var first = 0
        while first < pooledRows, end(of: first) <= rows.lowerBound { first += 1 }
        var last = first
        while last < pooledRows, window.sourceLines(for: 2 * last..<2 * last + 2).first < rows.upperBound { last += 1 }
        return first..<last
    }

    private func end(of pooledRow: Int) -> Int {
        let lines = window.sourceLines(for: 2 * pooledRow..<2 * pooledRow + 2)
        return lines.first + lines.count
    }

    private func addRow(
        _ pooledRow: Int, _ gradient: UnsafePointer<Float>, _ winners: UnsafePointer<UInt8>,
        _ filter: UnsafePointer<Float>, sample: Int, rows: Range<Int>, origin: UnsafeMutablePointer<Float>,
        stride: Int, scratch: UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let groupOutputs = outputChannels / groups
        let entries = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: simd_entry.self)
        let sortScratch = entries + 2 * lineRoom
        let starts = UnsafeMutableRawPointer(sortScratch + sortRoom).assumingMemoryBound(to: Int32.self)
        let lists = 2 * pooledColumns
        let start = (sample * pooledRows + pooledRow) * pooledColumns * outputChannels
        let filterCount = runs.count * runLength
        for group in 0..<groups {
            let first = start + group * groupOutputs
            backend.kernels.listByPlace(
                gradient + first, winners + first, outputChannels, pooledColumns, groupOutputs, Int32(filterCount),
                entries, starts, sortScratch)
            for line in 0..<2 {
                for (number, run) in runs.enumerated() {
                    let row = (2 * pooledRow + line) * window.strideRow + run.row
                    guard rows.contains(row) else { continue }
                    let target =
                        origin
                        + (row * stride + run.column * window.lines.channels + group * window.lines.channels / groups)
                    backend.kernels.accumulateLists(
                        filter + (group * groupOutputs * filterCount + number * runLength), entries + line * lineRoom,
                        starts + line * (lists + 1), lists, target, window.strideColumn * window.lines.channels,
                        runLength)
                }
            }
        }
    }
}
