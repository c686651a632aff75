import OcellusGraph

extension GlobalAveragePooling: OpenCLOperation {
    /// Enqueues `global_average_pooling`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let shape = arguments.inputs[0].description.shape
        return try launchOverPixels(
            "global_average_pooling", backend, arguments, pixels: shape[0] * shape[1], channels: shape[2])
    }
}
