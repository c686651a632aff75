import OcellusGraph

extension PooledConvolutionFilterGradient: OpenCLOperation {
    /// Whether the kernels are those for CPUs, and know such a convolution.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool {
        guard backend.kernelFamily == .wide, let geometry = try? window.geometry(over: inputs[0].shape) else {
            return false
        }
        return PooledGradient.isSupported(
            geometry, groups: groups, channels: inputs[0].shape[2], outputChannels: outputChannels)
    }

    /// A partial gradient a chunk.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (try? gradient(inputs[0], backend))?.filterWorkspaceByteCount(samples: inputs[0].isBatched ? capacity : 1) ?? 0
    }

    /// Adds the input's windows at the winners' places.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try gradient(arguments.inputs[0].description, backend).prepareFilter(on: backend, arguments)
    }

    private func gradient(_ x: TensorDescription, _ backend: OpenCLBackend) throws -> PooledGradient {
        try PooledGradient(window, inputShape: x.shape, outputChannels: outputChannels, on: backend)
    }
}
