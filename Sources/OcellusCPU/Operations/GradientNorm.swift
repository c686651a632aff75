import CSIMD
import OcellusGraph

extension GradientNorm: CPUOperation {
    /// A sum of squares a block.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { inputs.reduce(0) { $0 + FixedBlocks.count(of: $1.shape.count) } * MemoryLayout<Double>.size }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        var blocks: [UnsafeBufferPointer<Float>] = []
        for (index, input) in arguments.inputs.enumerated() {
            let gradient = try arguments.input(index)
            let count = input.description.shape.count
            for block in 0..<FixedBlocks.count(of: count) {
                let range = FixedBlocks.range(of: block, count: count)
                blocks.append(UnsafeBufferPointer(start: gradient + range.lowerBound, count: range.count))
            }
        }
        let sums = try arguments.workspaceDoubles(count: blocks.count)
        let result = try arguments.output(0)
        return CPUStep { [blocks] _ in
            backend.parallelFor(blocks.count) { index, _ in
                guard let start = blocks[index].baseAddress else { return }
                sums[index] = backend.kernels.sumSquares(start, blocks[index].count)
            }
            let norm = (0..<blocks.count).reduce(0) { $0 + sums[$1] }.squareRoot()
            // Not `min`, which might take 1 for NaN.
            let factor = Double(maximum) / (norm + 1e-6)
            result[0] = factor > 1 ? 1 : Float(factor)
            result[1] = Float(norm)
        }
    }
}

extension GradientScale: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let gradient = try arguments.mutableInput(0)
        let factor = try arguments.input(1)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { _ in
            guard factor[0] != 1 else { return }
            backend.forEachBlock(of: count) { range in
                let part = gradient + range.lowerBound
                backend.kernels.scale(part, factor[0], range.count, part)
            }
        }
    }
}
