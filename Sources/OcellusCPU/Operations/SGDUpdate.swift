import CSIMD
import OcellusGraph

extension SGDUpdate: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let weight = try arguments.mutableInput(0)
        let gradient = try arguments.input(1)
        let velocity = momentum == 0 ? nil : try arguments.mutableInput(2)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { invocation in
            let settings = simd_sgd(
                learningRate: invocation.learningRate, momentum: momentum, weightDecay: weightDecay,
                isNesterov: isNesterov)
            backend.forEachBlock(of: count) { range in
                let first = range.lowerBound
                withUnsafePointer(to: settings) {
                    backend.kernels.sgd(
                        $0, weight + first, gradient + first, velocity.map { $0 + first }, range.count)
                }
            }
        }
    }
}
