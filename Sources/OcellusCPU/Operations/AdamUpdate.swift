import CSIMD
import OcellusGraph

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension AdamUpdate: CPUParameterUpdate {
    func settings(for invocation: Invocation) -> simd_adam {
        // In double: 1 − β₂ᵗ loses most of its digits in float at the first steps.
        let step = Double(invocation.step)
        let beta1 = beta1(in: invocation)
        let correction = (1 - pow(Double(beta2), step)).squareRoot() / (1 - pow(Double(beta1), step))
        let rate = learningRate(in: invocation)
        return simd_adam(
            stepSize: Float(Double(rate) * correction), beta1: beta1, beta2: beta2,
            epsilon: epsilon, l2: isDecoupled ? 0 : weightDecay,
            keep: isDecoupled ? 1 - rate * weightDecay : 1)
    }

    static func apply(
        _ settings: simd_adam, to parameter: UpdatedParameter, _ range: Range<Int>, gradient: UnsafePointer<Float>,
        by kernels: simd_kernels
    ) {
        let first = range.lowerBound
        withUnsafePointer(to: settings) {
            kernels.adam(
                $0, parameter.weight + first, gradient, parameter.states[0] + first, parameter.states[1] + first,
                range.count)
        }
    }
}
