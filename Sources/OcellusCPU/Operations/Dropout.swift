import OcellusGraph

extension Dropout: CPUOperation {
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let x = try arguments.input(0)
        let y = try arguments.output(0)
        let count = arguments.inputs[0].description.shape.count
        let purpose = Philox.Purpose.dropout(layer: layer).rawValue
        return CPUStep { invocation in
            backend.parallelFor(invocation.count) { sample, _ in
                backend.kernels.dropout(
                    x + sample * count, count, rate, invocation.seed,
                    UInt32(truncatingIfNeeded: invocation.sampleOffset + sample),
                    UInt32(truncatingIfNeeded: invocation.step), purpose, y + sample * count)
            }
        }
    }
}
