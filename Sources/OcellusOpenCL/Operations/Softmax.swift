import OcellusGraph

extension Softmax: OpenCLOperation {
    /// Enqueues `softmax`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        return try backend.launch(
            "softmax", of: .files("softmax"),
            [arguments.input(0), arguments.output(0), .int(tensor.shape[0]), .samples(of: tensor)],
            grid: .linear(1, batched: tensor.isBatched), label: arguments.label)
    }
}
