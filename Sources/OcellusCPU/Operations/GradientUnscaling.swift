import OcellusGraph

extension GradientUnscaling: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let gradient = try arguments.mutableInput(0)
        let count = arguments.inputs[0].description.shape.count
        return CPUStep { invocation in
            let factor = 1 / invocation.lossScale
            guard factor != 1 else { return }
            backend.forEachBlock(of: count) { range in
                for index in range { gradient[index] *= factor }
            }
        }
    }
}
