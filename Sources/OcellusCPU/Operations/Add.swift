import OcellusGraph

extension Add: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let a = try arguments.input(0)
        let b = try arguments.input(1)
        let sum = try arguments.output(0)
        let function = activation.simd
        let description = arguments.inputs[0].description
        return CPUStep { invocation in
            backend.forEachBlock(of: description.count(samples: invocation.count)) { range in
                let first = range.lowerBound
                backend.kernels.addActivated(function, a + first, b + first, range.count, sum + first)
            }
        }
    }
}
