import CSIMD
import OcellusGraph

extension DenseWeightGradient: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let gradient = try DenseWeightGradientBlocks(arguments, blockRows: 64)
        try backend.reserveScratch(floats: gradient.scratchCount)
        let result = try arguments.output(0)
        return CPUStep { invocation in
            backend.parallelFor(gradient.blocks) { block, worker in
                gradient.compute(
                    block, samples: invocation.count, to: result + block * gradient.blockCount,
                    scratch: backend.scratch(of: worker), by: backend.kernels)
            }
        }
    }
}

/// The gradient of a dense layer's weight `[features, outputs]`, some rows at a time. Their inputs are copied side by side,
/// because the samples' own lie so far apart that they evict each other.
struct DenseWeightGradientBlocks {
    private let x, gradient: UnsafePointer<Float>
    private let features, outputs, capacity, blockRows: Int
    private let isBatched: Bool

    /// The first two inputs are x and the gradient of the layer's output.
    init(_ arguments: OperationArguments, blockRows: Int) throws {
        x = try arguments.input(0)
        gradient = try arguments.input(1)
        let input = arguments.inputs[0].description
        features = input.shape[0]
        outputs = arguments.inputs[1].description.shape[0]
        isBatched = input.isBatched
        capacity = isBatched ? arguments.capacity : 1
        self.blockRows = min(features, blockRows)
    }

    var blocks: Int { (features + blockRows - 1) / blockRows }
    /// Floats of a whole block of the result.
    var blockCount: Int { blockRows * outputs }
    /// Floats of scratch memory for a block.
    var scratchCount: Int { capacity * blockRows }

    /// The elements of the result that are in a block.
    func range(of block: Int) -> Range<Int> {
        block * blockCount..<min((block + 1) * blockRows, features) * outputs
    }

    /// Computes one block for a batch of `samples`.
    func compute(
        _ block: Int, samples: Int, to result: UnsafeMutablePointer<Float>,
        scratch columns: UnsafeMutablePointer<Float>, by kernels: simd_kernels
    ) {
        let count = isBatched ? samples : 1
        let first = block * blockRows
        let rows = min(blockRows, features - first)
        for sample in 0..<count {
            (columns + sample * rows).update(from: x + (sample * features + first), count: rows)
        }
        kernels.multiplyTransposed(
            columns, rows, gradient, outputs, count, result, outputs, rows, outputs, false)
    }
}
