import OcellusGraph

extension Convolution: OpenCLOperation {
    /// The packed filter, for CPUs, or the rounded one.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        guard backend.kernelFamily == .wide else {
            guard depthwise(inputs) == nil else { return 0 }
            return TiledFilter.workspaceByteCount(inputs, groups: groups, on: backend)
        }
        guard let geometry = try? window.geometry(over: inputs[0].shape) else { return 0 }
        let correlation = correlation(geometry, filter: inputs[1].shape)
        return backend.winograd(correlation)?.workspaceByteCount(
            on: backend, samples: inputs[0].isBatched ? capacity : 1)
            ?? correlation.packedByteCount(on: backend)
    }

    /// An implicit matrix product with bias and activation at its end.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        if let depthwise = depthwise(arguments.inputs.map(\.description)) {
            return try depthwise.prepare(on: backend, arguments, hasBias: hasBias, function: activation)
        }
        return try prepare(on: backend, arguments, residual: nil)
    }

    /// The same for one that is not depthwise, with a tensor that is added before the activation.
    func prepare(
        on backend: OpenCLBackend, _ arguments: OperationArguments, residual: KernelArgument?
    ) throws -> any PreparedStep {
        let geometry = try window.geometry(over: arguments.inputs[0].description.shape)
        let bias = hasBias ? arguments.input(2) : nil
        let correlation = correlation(geometry, filter: arguments.inputs[1].description.shape)
        let isBatched = arguments.inputs[0].description.isBatched
        switch backend.kernelFamily {
        case .tiled:
            let filter = try TiledFilter(arguments, groups: groups, on: backend)
            return LaunchSequence(
                filter.launches + [
                    try correlation.prepareTiled(
                        on: backend, x: arguments.input(0), filter: filter, bias: bias, residual: residual,
                        y: arguments.output(0), capacity: arguments.capacity, isBatched: isBatched,
                        label: arguments.label)
                ])
        case .wide:
            if let winograd = backend.winograd(correlation) {
                return LaunchSequence(
                    try winograd.prepare(
                        on: backend, x: arguments.input(0), filter: arguments.inputs[1], bias: bias,
                        residual: residual, y: arguments.output(0), scratch: arguments.scratch(),
                        isBatched: isBatched, label: arguments.label))
            }
            return LaunchSequence(
                try correlation.prepare(
                    on: backend, x: arguments.input(0), filter: arguments.inputs[1], bias: bias, residual: residual,
                    y: arguments.output(0), scratch: arguments.scratch(), isBatched: isBatched,
                    label: arguments.label))
        }
    }

    func depthwise(_ inputs: [TensorDescription]) -> DepthwiseConvolution? {
        DepthwiseConvolution(
            window, groups: groups, inputShape: inputs[0].shape, outputChannels: inputs[1].shape[3])
    }

    func correlation(_ geometry: WindowGeometry, filter: Shape) -> Correlation {
        Correlation(geometry, filter: filter, groups: groups, hasBias: hasBias, function: activation)
    }
}
