import CSIMD
import OcellusGraph

extension SGDUpdate: CPUParameterUpdate {
    func settings(for invocation: Invocation) -> simd_sgd {
        simd_sgd(
            learningRate: learningRate(in: invocation), momentum: momentum(in: invocation), weightDecay: weightDecay,
            isNesterov: isNesterov)
    }

    static func apply(
        _ settings: simd_sgd, to parameter: UpdatedParameter, _ range: Range<Int>, gradient: UnsafePointer<Float>,
        by kernels: simd_kernels
    ) {
        let first = range.lowerBound
        withUnsafePointer(to: settings) {
            kernels.sgd(
                $0, parameter.weight + first, gradient, parameter.states.first.map { $0 + first }, range.count)
        }
    }
}
