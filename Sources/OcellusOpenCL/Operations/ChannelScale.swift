import OcellusGraph

extension ChannelScale: OpenCLOperation {
    /// Enqueues `channel_scale`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let channels = tensor.shape[-1]
        let width = backend.width(dividing: channels)
        return try backend.launch(
            "channel_scale", of: .files("common", "channel_scale"),
            defines: ["VEC": width, "IS_SHARED": arguments.inputs[1].description.isBatched ? 0 : 1],
            [
                arguments.input(0), arguments.input(1), arguments.output(0), .elements(of: tensor),
                .int(tensor.shape.count), .int(channels),
            ],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}

extension ChannelScaleGradient: OpenCLOperation {
    /// The sums of each sample, where all share the scale.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { outputs[0].isBatched ? 0 : Self.sums(inputs[0]).byteCount(samples: capacity) }

    /// A sum a sample, and one over samples where they share the scale.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let sums = Self.sums(tensor)
        let channels = tensor.shape[-1]
        let width = backend.width(dividing: channels)
        let source = try KernelSource.files("common", "channel_scale")
        let isShared = !arguments.outputs[0].description.isBatched
        let target = isShared ? KernelArgument.buffer(try arguments.scratch()) : arguments.output(0)
        let perSample = try backend.launch(
            "channel_scale_gradient", of: source, defines: ["VEC": width, "IS_SHARED": isShared ? 1 : 0],
            [
                arguments.input(0), arguments.input(1), target, .int(tensor.shape.count / channels), .int(channels),
                .elements(of: sums),
            ], grid: .elementwise(sums, width: width), label: arguments.label)
        guard isShared else { return perSample }
        let over = try backend.launch(
            "sum_samples", of: source, defines: ["VEC": width, "IS_SHARED": 1],
            [target, arguments.output(0), .int(channels), .samples(of: tensor)],
            grid: .elementwise(arguments.outputs[0].description, width: width), label: arguments.label)
        return LaunchSequence([perSample, over])
    }

    private static func sums(_ tensor: TensorDescription) -> TensorDescription {
        TensorDescription([tensor.shape[-1]], batched: tensor.isBatched)
    }
}
