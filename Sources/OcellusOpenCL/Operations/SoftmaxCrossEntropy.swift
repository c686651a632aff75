import OcellusGraph

extension SoftmaxCrossEntropy: OpenCLOperation {
    /// Enqueues `softmax_cross_entropy`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let weights = try backend.constants(classWeights, label: arguments.label)
        return try backend.launch(
            "softmax_cross_entropy", of: .files("softmax_cross_entropy"),
            [
                arguments.input(0), arguments.input(1), .buffer(weights), arguments.output(0), arguments.output(1),
                .int(arguments.inputs[0].description.shape[0]), .count, .int(classWeights.isEmpty ? 0 : 1),
                .float(labelSmoothing),
            ],
            grid: .linear(1), label: arguments.label)
    }
}

extension SoftmaxCrossEntropyGradient: OpenCLOperation {
    /// Enqueues `softmax_cross_entropy_gradient`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let weights = try backend.constants(classWeights, label: arguments.label)
        return try backend.launch(
            "softmax_cross_entropy_gradient", of: .files("softmax_cross_entropy"),
            [
                arguments.input(0), arguments.input(1), .buffer(weights), arguments.output(0),
                .int(arguments.inputs[0].description.shape[0]), .count, .int(classWeights.isEmpty ? 0 : 1),
                .float(labelSmoothing), .batchCount,
            ],
            grid: .linear(1), label: arguments.label)
    }
}
