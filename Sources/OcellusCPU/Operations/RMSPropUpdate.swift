import CSIMD
import OcellusGraph

extension RMSPropUpdate: CPUParameterUpdate {
    func settings(for invocation: Invocation) -> simd_rmsprop {
        simd_rmsprop(
            learningRate: learningRate(in: invocation), rho: rho, epsilon: epsilon, momentum: momentum(in: invocation),
            weightDecay: weightDecay, followsTensorFlow: followsTensorFlow)
    }

    static func apply(
        _ settings: simd_rmsprop, to parameter: UpdatedParameter, _ range: Range<Int>, gradient: UnsafePointer<Float>,
        by kernels: simd_kernels
    ) {
        let first = range.lowerBound
        withUnsafePointer(to: settings) {
            kernels.rmsprop(
                $0, parameter.weight + first, gradient, parameter.states[0] + first,
                parameter.states.dropFirst().first.map { $0 + first }, range.count)
        }
    }
}
