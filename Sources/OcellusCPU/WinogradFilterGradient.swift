import CSIMD
import OcellusGraph

/// The gradient of a 3×3 filter of stride 1 in Winograd's domain: pixels and output gradients are transformed tile by tile,
/// and each of the (m + 2)² elements is a sum of outer products over tiles, a quarter of the plain work with m = 4. It is
/// the derivative of `WinogradProduct`, transform for transform.
struct WinogradFilterGradient: FilterGradientAlgorithm {
    private let tiles: WinogradTiles
    private let channels, outputChannels: Int
    private let sum: ChunkedSum
    private let roundTiles: Int

    /// Nil where it does not apply or does not pay.
    init?(_ operation: ConvolutionFilterGradient, input: Shape, samples: Int, on backend: CPUBackend) throws {
        let window = try operation.window.geometry(over: input).slidingWindow(channels: input[2])
        channels = input[2]
        outputChannels = operation.outputChannels
        let filter = PackedFilter(
            tapOffsets: Array(repeating: 0, count: window.taps.count), channels: channels,
            channelStride: outputChannels, columns: outputChannels, columnStride: 1, groups: operation.groups,
            groupStride: 0, panelWidth: backend.kernels.panelWidth)
        let vectorWidth = backend.kernels.vectorWidth
        guard WinogradProduct.applies(to: window, filter, vectorWidth: vectorWidth), outputChannels >= vectorWidth
        else {
            return nil
        }
        let size: Int
        switch backend.algorithms.winograd {
        case .never: return nil
        case .always(let tile): size = tile
        case .whenFaster:
            let choice = WinogradChoice(window: window, filter: filter, samples: samples, isConstant: false)
            guard let best = choice.best else { return nil }
            size = best
        }
        tiles = WinogradTiles(window: window, size: size)
        let weights = channels * outputChannels
        // Sums of small filters stay in a core's cache: samples are shared out. Large ones are shared out by their parts.
        sum = ChunkedSum(count: 9 * weights, units: samples, chunks: weights <= 64 * 64 ? 16 : 1)
        let room = sum.chunks > 1 ? 192 * 1024 : 4 * 1024 * 1024
        roundTiles = min(
            max(room / (tiles.elements * (channels + outputChannels)), 28), sum.unitsPerChunk * tiles.perImage)
    }

    var name: String { "Winograd \(tiles.size)×\(tiles.size)" }

    // Elements lie a cache line further apart than they need, so that they do not all fall into the same cache sets.
    private var inputStride: Int { (roundTiles * channels + 15) / 16 * 16 + 16 }
    private var gradientStride: Int { (roundTiles * outputChannels + 15) / 16 * 16 + 16 }
    private var productStride: Int { (channels * outputChannels + 15) / 16 * 16 + 16 }
    private var transformedCount: Int { tiles.elements * (inputStride + gradientStride + productStride) }

    var workspaceCount: Int { sum.chunks > 1 ? sum.workspaceCount : transformedCount }
    var scratchCount: Int {
        max(tiles.input.count, tiles.output(channels: outputChannels).count) + (sum.chunks > 1 ? transformedCount : 0)
    }

    func run(
        on backend: CPUBackend, x: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        result: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>?, count: Int
    ) {
        guard let workspace else { return }
        guard sum.chunks > 1 else {
            return add(
                0..<count * tiles.perImage, x, gradient, to: result, memory: workspace,
                scratch: { backend.scratch(of: $0) }, on: backend)
        }
        let chunks = sum.chunksPresent(units: count)
        backend.parallelFor(chunks) { chunk, worker in
            let samples = sum.units(of: chunk, present: count)
            let scratch = backend.scratch(of: worker)
            // Loops within this one run on its thread, unless it is alone: then they are shared among all threads.
            add(
                samples.lowerBound * tiles.perImage..<samples.upperBound * tiles.perImage, x, gradient,
                to: workspace + chunk * sum.count, memory: scratch,
                scratch: { backend.scratch(of: chunks > 1 ? worker : $0) + transformedCount }, on: backend)
        }
        sum.add(workspace, present: chunks, on: backend)
        result.update(from: workspace, count: sum.count)
    }

    /// Sums over a range of tiles, in rounds whose transforms fit the memory.
    private func add(
        _ range: Range<Int>, _ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
        to result: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>,
        scratch: (Int) -> UnsafeMutablePointer<Float>, on backend: CPUBackend
    ) {
        let kernels = tiles.size == 4 ? backend.kernels.winograd4 : backend.kernels.winograd2
        let inputs = memory
        let gradients = inputs + tiles.elements * inputStride
        let products = gradients + tiles.elements * gradientStride
        for start in stride(from: range.lowerBound, to: range.upperBound, by: roundTiles) {
            let count = min(roundTiles, range.upperBound - start)
            let blocks = (count + 13) / 14
            backend.parallelFor(blocks) { block, worker in
                let part = count * block / blocks..<count * (block + 1) / blocks
                let places = start + part.lowerBound..<start + part.upperBound
                tiles.transform(
                    places, tiles.input, of: x, to: inputs + part.lowerBound * channels, elementStride: inputStride,
                    scratch: scratch(worker), by: kernels.input)
                tiles.transform(
                    places, tiles.output(channels: outputChannels), of: gradient,
                    to: gradients + part.lowerBound * outputChannels, elementStride: gradientStride,
                    scratch: scratch(worker), by: kernels.gradient)
            }
            backend.parallelFor(tiles.elements) { element, _ in
                backend.kernels.multiplyTransposed(
                    inputs + element * inputStride, channels, gradients + element * gradientStride, outputChannels,
                    count,
                    products + element * productStride, outputChannels, channels, outputChannels,
                    start > range.lowerBound)
            }
        }
        backend.forEachBlock(of: channels * outputChannels, minimum: 1024) { block in
            kernels.filterGradient(
                products + block.lowerBound, productStride, block.count, result + block.lowerBound,
                channels * outputChannels)
        }
    }
}
