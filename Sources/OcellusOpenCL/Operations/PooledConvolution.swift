import OcellusGraph

extension PooledConvolution: OpenCLOperation {
    /// Whether the kernels are those for CPUs, and the gradient's too where it is wanted.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool {
        guard backend.kernelFamily == .wide, let geometry = try? convolution.window.geometry(over: inputs[0].shape)
        else { return false }
        return !keepsWinners
            || PooledGradient.isSupported(
                geometry, groups: convolution.groups, channels: inputs[0].shape[2], outputChannels: inputs[1].shape[3])
    }

    /// The packed filter.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { (try? correlation(inputs))?.packedByteCount ?? 0 }

    /// A convolution that keeps only the largest of four neighbours.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        LaunchSequence(
            try correlation(arguments.inputs.map(\.description)).preparePooled(
                on: backend, x: arguments.input(0), filter: arguments.inputs[1],
                bias: convolution.hasBias ? arguments.input(2) : nil, y: arguments.output(0),
                winners: keepsWinners ? arguments.output(1) : nil, scratch: arguments.scratch(),
                isBatched: arguments.inputs[0].description.isBatched, label: arguments.label))
    }

    private func correlation(_ inputs: [TensorDescription]) throws -> Correlation {
        .pooled(
            try convolution.window.geometry(over: inputs[0].shape), filter: inputs[1].shape,
            hasBias: convolution.hasBias, function: convolution.activation, groups: convolution.groups)
    }
}
