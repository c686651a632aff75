import OcellusGraph

extension Reshape: CPUOperation {
    /// Copies, for a plan that gives its output memory of its own; else there is nothing to do.
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let source = try arguments.inputs[0].region.memory()
        let target = try arguments.outputs[0].region.memory()
        let description = arguments.inputs[0].description
        return CPUStep { invocation in
            if source != target {
                target.copyMemory(from: source, byteCount: description.byteCount(samples: invocation.count))
            }
        }
    }
}
