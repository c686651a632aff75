import OcellusGraph

extension StochasticDepth: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let x = try arguments.input(0)
        let y = try arguments.output(0)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { invocation in
            backend.parallelFor(invocation.count) { sample, _ in
                if keeps(sample, in: invocation) {
                    backend.kernels.scale(x + sample * count, 1 / (1 - rate), count, y + sample * count)
                } else {
                    (y + sample * count).update(repeating: 0, count: count)
                }
            }
        }
    }
}
