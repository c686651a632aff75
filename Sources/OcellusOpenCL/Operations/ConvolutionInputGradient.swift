import OcellusGraph

extension ConvolutionInputGradient: OpenCLOperation {
    /// The packed filter, for CPUs, or the rounded one.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        guard depthwise(inputs[1].shape) == nil else { return 0 }
        guard backend.kernelFamily == .wide else {
            return TiledFilter.workspaceByteCount(inputs, groups: groups, on: backend)
        }
        guard let phases = try? phases(filter: inputs[1].shape) else { return 0 }
        if let winograd = backend.winograd(phases.only) {
            return winograd.workspaceByteCount(on: backend, samples: inputs[0].isBatched ? capacity : 1)
        }
        return phases.reduce(0) { $0 + $1.packedByteCount(on: backend).rounded(upTo: backend.device.alignment) }
    }

    /// A correlation of dy for each phase of the stride.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        if let depthwise = depthwise(arguments.inputs[1].description.shape) {
            return try depthwise.prepareInputGradient(on: backend, arguments)
        }
        let filter = arguments.inputs[1]
        let isBatched = arguments.inputs[0].description.isBatched
        let phases = try phases(filter: filter.description.shape)
        switch backend.kernelFamily {
        case .tiled:
            let filter = try TiledFilter(arguments, groups: groups, on: backend)
            let launches = try phases.map {
                try $0.prepareTiled(
                    on: backend, x: arguments.input(0), filter: filter, y: arguments.output(0),
                    capacity: arguments.capacity, isBatched: isBatched, label: arguments.label)
            }
            return LaunchSequence(filter.launches + launches)
        case .wide:
            let scratch = try arguments.scratch()
            if let winograd = backend.winograd(phases.only) {
                return LaunchSequence(
                    try winograd.prepare(
                        on: backend, x: arguments.input(0), filter: filter, bias: nil, y: arguments.output(0),
                        scratch: scratch, isBatched: isBatched, label: arguments.label))
            }
            var offset = 0
            var launches: [KernelLaunch] = []
            for phase in phases {
                let packedByteCount = phase.packedByteCount(on: backend)
                launches += try phase.prepare(
                    on: backend, x: arguments.input(0), filter: filter, bias: nil,
                    y: arguments.output(0), scratch: scratch.part(at: offset, byteCount: packedByteCount),
                    isBatched: isBatched, label: arguments.label)
                offset += packedByteCount.rounded(upTo: backend.device.alignment)
            }
            return LaunchSequence(launches)
        }
    }

    func depthwise(_ filter: Shape) -> DepthwiseConvolution? {
        DepthwiseConvolution(window, groups: groups, inputShape: inputShape, outputChannels: filter[3])
    }

    func phases(filter: Shape) throws -> [Correlation] {
        Correlation.inputGradient(try window.geometry(over: inputShape), filter: filter, groups: groups)
    }
}
