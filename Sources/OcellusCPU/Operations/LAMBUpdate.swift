import CSIMD
import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension LAMBUpdate: CPUOperation {
    /// Two sums of squares a block.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 2 * FixedBlocks.count(of: inputs[0].shape.count) * MemoryLayout<Double>.size }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let parameter = try UpdatedParameter(arguments, weight: 0, firstState: 2)
        let gradient = try arguments.input(1)
        let (weight, first, second) = (parameter.weight, parameter.states[0], parameter.states[1])
        let count = arguments.inputs[0].description.shape.count
        let blocks = FixedBlocks.count(of: count)
        let sums = try arguments.workspaceDoubles(count: 2 * blocks)
        return CPUStep { invocation in
            let step = Double(invocation.step)
            let beta1 = beta1(in: invocation)
            let settings = simd_lamb(
                beta1: beta1, beta2: beta2, correction1: Float(1 / (1 - pow(Double(beta1), step))),
                correction2: Float(1 / (1 - pow(Double(beta2), step)).squareRoot()), epsilon: epsilon,
                weightDecay: weightDecay)
            backend.parallelFor(blocks) { block, _ in
                let range = FixedBlocks.range(of: block, count: count)
                let start = range.lowerBound
                withUnsafePointer(to: settings) {
                    backend.kernels.lambMoments(
                        $0, weight + start, gradient + start, first + start, second + start, range.count,
                        sums + 2 * block)
                }
            }
            var (weights, updates) = (0.0, 0.0)
            for block in 0..<blocks {
                weights += sums[2 * block]
                updates += sums[2 * block + 1]
            }
            let isScaled = weightDecay != 0 && weights > 0 && updates > 0
            let rate = learningRate(in: invocation) * (isScaled ? Float((weights / updates).squareRoot()) : 1)
            backend.parallelFor(blocks) { block, _ in
                let range = FixedBlocks.range(of: block, count: count)
                let start = range.lowerBound
                withUnsafePointer(to: settings) {
                    backend.kernels.lambUpdate($0, rate, weight + start, first + start, second + start, range.count)
                }
            }
        }
    }
}
