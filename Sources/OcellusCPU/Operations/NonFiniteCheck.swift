import OcellusGraph

extension NonFiniteCheck: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let inputs = try arguments.inputs.indices.map { index in
            UnsafeBufferPointer(
                start: try arguments.input(index), count: arguments.inputs[index].description.shape.count)
        }
        let flag = try arguments.output(0)
        return CPUStep { _ in
            flag[0] = inputs.allSatisfy { $0.allSatisfy(\.isFinite) } ? 0 : 1
        }
    }
}
