import OcellusGraph

extension SoftmaxCrossEntropy: OpenCLOperation {
    /// The class weights.
    public func keptByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        parametersAreConstant: Bool
    ) -> Int { classWeights.count * MemoryLayout<Float>.size }

    /// Enqueues `softmax_cross_entropy`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let weights = try backend.classWeights(classWeights, arguments)
        return try backend.launch(
            "softmax_cross_entropy", of: .files("softmax_cross_entropy"),
            [
                arguments.input(0), arguments.input(1), weights, arguments.output(0), arguments.output(1),
                .int(arguments.inputs[0].description.shape[0]), .count, .int(classWeights.isEmpty ? 0 : 1),
                .float(labelSmoothing),
            ],
            grid: .linear(1), label: arguments.label)
    }
}

extension SoftmaxCrossEntropyGradient: OpenCLOperation {
    /// The class weights.
    public func keptByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        parametersAreConstant: Bool
    ) -> Int { classWeights.count * MemoryLayout<Float>.size }

    /// Enqueues `softmax_cross_entropy_gradient`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let weights = try backend.classWeights(classWeights, arguments)
        return try backend.launch(
            "softmax_cross_entropy_gradient", of: .files("softmax_cross_entropy"),
            [
                arguments.input(0), arguments.input(1), weights, arguments.output(0),
                .int(arguments.inputs[0].description.shape[0]), .count, .int(classWeights.isEmpty ? 0 : 1),
                .float(labelSmoothing), .batchCount, .computedFloat(\.lossScale),
            ],
            grid: .linear(1), label: arguments.label)
    }
}

extension OpenCLBackend {
    /// The class weights on the device; where there are none, any memory, which the kernel does not touch then.
    fileprivate func classWeights(_ weights: [Float], _ arguments: OperationArguments) throws -> KernelArgument {
        weights.isEmpty ? arguments.input(0) : .buffer(try constants(weights, label: arguments.label))
    }
}
