import OcellusGraph

/// A convolution in which each channel has one filter of its own, as `depthwise_convolution.cl` computes it and its
/// gradients. The general kernels share work between the channels of a group, of which there is one here.
struct DepthwiseConvolution {
    private let geometry: WindowGeometry
    private let channels: Int

    /// Nil unless each of the input's channels is a group with one output channel.
    init?(_ window: Window, groups: Int, inputShape: Shape, outputChannels: Int) {
        guard groups == inputShape[2], groups > 1, outputChannels == groups,
            let geometry = try? window.geometry(over: inputShape)
        else { return nil }
        self.geometry = geometry
        channels = groups
    }

    private func launch(
        _ entry: String, _ backend: OpenCLBackend, _ kernelArguments: [KernelArgument], _ grid: LaunchGrid,
        _ label: String
    ) throws -> KernelLaunch {
        try backend.launch(
            entry, of: .files("common", "window", "depthwise_convolution"),
            defines: ["VEC": backend.width(dividing: channels)], kernelArguments, grid: grid, label: label)
    }

    /// (x, filter[, bias]) → y.
    func prepare(
        on backend: OpenCLBackend, _ arguments: OperationArguments, hasBias: Bool, function: ActivationFunction
    ) throws -> any PreparedStep {
        let y = arguments.outputs[0].description
        return try launch(
            "depthwise_convolution", backend,
            [
                arguments.input(0), arguments.input(1), arguments.input(hasBias ? 2 : 1), arguments.output(0),
                .ints(geometry.kernelIntegers), .int(channels), .int(hasBias ? 1 : 0), .int(function.kernelNumber),
                .elements(of: y),
            ], .elementwise(y, width: backend.width(dividing: channels)), arguments.label)
    }

    /// (dy, filter) → dx.
    func prepareInputGradient(
        on backend: OpenCLBackend, _ arguments: OperationArguments
    ) throws -> any PreparedStep {
        let dx = arguments.outputs[0].description
        return try launch(
            "depthwise_convolution_input_gradient", backend,
            [
                arguments.input(0), arguments.input(1), arguments.output(0), .ints(geometry.kernelIntegers),
                .int(channels), .elements(of: dx),
            ], .elementwise(dx, width: backend.width(dividing: channels)), arguments.label)
    }

    /// Lines of output pixels of a chunk; they depend on shape and capacity alone.
    private func linesPerChunk(samples: Int) -> Int { (samples * geometry.outputHeight).dividedUp(by: 64) }

    /// Bytes of a partial filter gradient a chunk.
    func filterWorkspaceByteCount(samples: Int) -> Int {
        (samples * geometry.outputHeight).dividedUp(by: linesPerChunk(samples: samples)) * geometry.window.count
            * channels * MemoryLayout<Float>.size
    }

    /// (x, dy) → dw.
    func prepareFilterGradient(
        on backend: OpenCLBackend, _ arguments: OperationArguments
    ) throws -> any PreparedStep {
        let (x, dw) = (arguments.inputs[0].description, arguments.outputs[0].description)
        let lines = linesPerChunk(samples: x.isBatched ? arguments.capacity : 1)
        let partial = KernelArgument.buffer(try arguments.scratch())
        let (outputHeight, elements) = (geometry.outputHeight, geometry.window.count)
        let items = channels / backend.width(dividing: channels)
        let local = min(items, 16)
        return LaunchSequence([
            try launch(
                "depthwise_convolution_filter_gradient", backend,
                [
                    arguments.input(0), arguments.input(1), partial, .ints(geometry.kernelIntegers), .int(channels),
                    .int(lines), .samples(of: x),
                ],
                LaunchGrid(local: [local, 1, 1]) { count in
                    [
                        items.dividedUp(by: local), elements,
                        ((x.isBatched ? count : 1) * outputHeight).dividedUp(by: lines),
                    ]
                }, arguments.label),
            try sumPartials(
                backend, partial, into: arguments.output(0), elements: .ulong(dw.shape.count), tensor: dw,
                items: x.isBatched ? .elements(perSample: outputHeight) : .ulong(outputHeight), itemsPerChunk: lines,
                columns: channels, label: arguments.label),
        ])
    }
}
