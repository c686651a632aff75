import OcellusGraph

extension PooledConvolutionInputGradient: OpenCLOperation {
    /// Whether the kernels are those for CPUs, and know such a convolution.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool {
        guard backend.kernelFamily == .wide, let geometry = try? window.geometry(over: inputShape) else { return false }
        return PooledGradient.isSupported(
            geometry, groups: groups, channels: inputShape[2], outputChannels: inputs[2].shape[3])
    }

    /// The packed filter, and the sums where the gradient is not stored as floats.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (try? PooledGradient(window, inputShape: inputShape, outputChannels: inputs[2].shape[3], on: backend))?
            .inputWorkspaceByteCount(for: outputs[0], capacity: capacity) ?? 0
    }

    /// Adds the filter's windows at the winners' places.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try PooledGradient(
            window, inputShape: inputShape, outputChannels: arguments.inputs[2].description.shape[3], on: backend
        ).prepareInput(on: backend, arguments)
    }
}
