import OcellusGraph

extension GradientAccumulation: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let gradient = try arguments.input(0)
        let sum = try arguments.mutableInput(1)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { invocation in
            backend.forEachBlock(of: count) { range in
                let (from, to) = (gradient + range.lowerBound, sum + range.lowerBound)
                if invocation.lossScale != 1 {
                    let factor = 1 / invocation.lossScale
                    for index in 0..<range.count {
                        to[index] = from[index] * factor + (invocation.accumulatesGradients ? to[index] : 0)
                    }
                } else if invocation.accumulatesGradients {
                    backend.kernels.addActivated(ActivationFunction.identity.simd, to, from, range.count, to)
                } else {
                    to.update(from: from, count: range.count)
                }
            }
        }
    }
}
