import OcellusGraph

extension GradientClamp: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let gradient = try arguments.mutableInput(0)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { _ in
            backend.forEachBlock(of: count) { range in
                backend.kernels.clamp(gradient + range.lowerBound, limit, range.count)
            }
        }
    }
}
