import OcellusGraph

extension JoinedUpdates: OpenCLOperation {
    /// Whether it is a step whose kernel takes several parameters.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { update is any OpenCLElementwiseUpdate }

    /// Enqueues the step's kernel once.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        guard let update = update as? any OpenCLElementwiseUpdate else {
            throw BackendError("'\(arguments.label)': OpenCL cannot join \(update.name)")
        }
        return try update.prepare(on: backend, parts(of: arguments.inputs), label: arguments.label)
    }
}
