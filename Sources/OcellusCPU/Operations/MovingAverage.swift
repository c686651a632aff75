import OcellusGraph

extension MovingAverage: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let average = try arguments.mutableInput(0)
        let value = try arguments.input(1)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { invocation in
            let part = part(in: invocation)
            backend.forEachBlock(of: count) { range in
                backend.kernels.approach(average + range.lowerBound, value + range.lowerBound, part, range.count)
            }
        }
    }
}
