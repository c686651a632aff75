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
    ) -> Int {
        guard let correlation = try? correlation(inputs) else { return 0 }
        return backend.winograd(correlation)?.workspaceByteCount(
            on: backend, samples: inputs[0].isBatched ? capacity : 1)
            ?? correlation.pooled.packedByteCount(on: backend)
    }

    /// A convolution that keeps only the largest of four neighbours.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let correlation = try correlation(arguments.inputs.map(\.description))
        let bias = convolution.hasBias ? arguments.input(2) : nil
        let winners = keepsWinners ? arguments.output(1) : nil
        let isBatched = arguments.inputs[0].description.isBatched
        if let winograd = backend.winograd(correlation) {
            return LaunchSequence(
                try winograd.prepare(
                    on: backend, x: arguments.input(0), filter: arguments.inputs[1], bias: bias,
                    y: arguments.output(0), isPooled: true, winners: winners, scratch: arguments.scratch(),
                    isBatched: isBatched, label: arguments.label))
        }
        return LaunchSequence(
            try correlation.pooled.preparePooled(
                on: backend, x: arguments.input(0), filter: arguments.inputs[1], bias: bias,
                y: arguments.output(0), winners: winners, scratch: arguments.scratch(), isBatched: isBatched,
                label: arguments.label))
    }

    func correlation(_ inputs: [TensorDescription]) throws -> Correlation {
        convolution.correlation(
            try convolution.window.geometry(over: inputs[0].shape), filter: inputs[1].shape)
    }
}
