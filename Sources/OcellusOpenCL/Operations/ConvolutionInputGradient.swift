import OcellusGraph

extension ConvolutionInputGradient: OpenCLOperation {
    /// The packed filter, for CPUs.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        guard backend.kernelFamily == .wide, depthwise(inputs[1].shape) == nil,
            let phases = try? phases(filter: inputs[1].shape)
        else { return 0 }
        return phases.reduce(0) { $0 + $1.packedByteCount.rounded(upTo: backend.device.alignment) }
    }

    /// An implicit matrix product in which each input pixel gathers.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        if let depthwise = depthwise(arguments.inputs[1].description.shape) {
            return try depthwise.prepareInputGradient(on: backend, arguments)
        }
        switch backend.kernelFamily {
        case .tiled: return try tiled(backend, arguments)
        case .wide:
            let scratch = try arguments.scratch()
            var offset = 0
            var launches: [KernelLaunch] = []
            for phase in try phases(filter: arguments.inputs[1].description.shape) {
                launches += try phase.prepare(
                    on: backend, x: arguments.input(0), filter: arguments.inputs[1], bias: nil,
                    y: arguments.output(0), scratch: scratch.part(at: offset, byteCount: phase.packedByteCount),
                    isBatched: arguments.inputs[0].description.isBatched, label: arguments.label)
                offset += phase.packedByteCount.rounded(upTo: backend.device.alignment)
            }
            return LaunchSequence(launches)
        }
    }

    private func depthwise(_ filter: Shape) -> DepthwiseConvolution? {
        DepthwiseConvolution(window, groups: groups, inputShape: inputShape, outputChannels: filter[3])
    }

    private func phases(filter: Shape) throws -> [Correlation] {
        Correlation.inputGradient(try window.geometry(over: inputShape), filter: filter, groups: groups)
    }

    private func tiled(_ backend: OpenCLBackend, _ arguments: OperationArguments) throws -> KernelLaunch {
        let dy = arguments.inputs[0].description
        let (groups, inputShape) = (groups, inputShape)
        return try backend.launch(
            "convolution_input_gradient_tiled",
            of: .files("window", "columns", "convolution_input_gradient_tiled", backend.tiledSkeleton),
            [
                arguments.input(0), arguments.input(1), arguments.output(0),
                .ints(try window.geometry(over: inputShape).kernelIntegers), .int(inputShape[2]), .int(dy.shape[2]),
                .int(groups), .samples(of: dy),
            ],
            grid: LaunchGrid(local: [256, 1, 1]) { count in
                [
                    (inputShape[2] / groups).dividedUp(by: 64),
                    (inputShape[0] * inputShape[1] * (dy.isBatched ? count : 1)).dividedUp(by: 64), groups,
                ]
            }, label: arguments.label)
    }
}
