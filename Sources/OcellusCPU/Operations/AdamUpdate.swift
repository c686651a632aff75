import CSIMD
import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension AdamUpdate: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let weight = try arguments.mutableInput(0)
        let gradient = try arguments.input(1)
        let firstMoment = try arguments.mutableInput(2)
        let secondMoment = try arguments.mutableInput(3)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { invocation in
            let settings = settings(invocation)
            backend.forEachBlock(of: count) { range in
                let first = range.lowerBound
                withUnsafePointer(to: settings) {
                    backend.kernels.adam(
                        $0, weight + first, gradient + first, firstMoment + first, secondMoment + first, range.count)
                }
            }
        }
    }

    private func settings(_ invocation: Invocation) -> simd_adam {
        // In double: 1 − β₂ᵗ loses most of its digits in float at the first steps.
        let step = Double(invocation.step)
        let correction = (1 - pow(Double(beta2), step)).squareRoot() / (1 - pow(Double(beta1), step))
        return simd_adam(
            stepSize: Float(Double(invocation.learningRate) * correction), beta1: beta1, beta2: beta2,
            epsilon: epsilon, l2: isDecoupled ? 0 : weightDecay,
            keep: isDecoupled ? 1 - invocation.learningRate * weightDecay : 1)
    }
}
