import OcellusGraph

extension Concatenate: OpenCLOperation {
    /// Whether all is floating-point numbers.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { inputs.allSatisfy { $0.elementType.isFloating } }

    /// Copies one input after the other.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        var start = 0
        var launches: [KernelLaunch] = []
        for input in arguments.inputs {
            let channels = input.description.shape[-1]
            launches.append(
                try copyChannels(
                    backend, input, fromStart: 0, arguments.outputs[0], toStart: start, channels: channels,
                    label: arguments.label))
            start += channels
        }
        return LaunchSequence(launches)
    }
}

extension ChannelSlice: OpenCLOperation {
    /// Whether all is floating-point numbers.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { inputs.allSatisfy { $0.elementType.isFloating } }

    /// Copies the channels.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try copyChannels(
            backend, arguments.inputs[0], fromStart: start, arguments.outputs[0], toStart: 0, channels: count,
            label: arguments.label)
    }
}

/// Copies `channels` neighbouring channels of each row.
private func copyChannels(
    _ backend: OpenCLBackend, _ from: Operand, fromStart: Int, _ to: Operand, toStart: Int, channels: Int,
    label: String
) throws -> KernelLaunch {
    let (fromShape, toShape) = (from.description.shape, to.description.shape)
    var tensor = to.description
    tensor.shape = Shape(toShape.dimensions.dropLast() + [channels])
    let width = [fromShape[-1], fromStart, toShape[-1], toStart, channels].reduce(backend.elementwiseWidth) {
        min($0, backend.width(dividing: $1))
    }
    return try backend.launch(
        "copy_channels", of: .files("common", "concatenate"), defines: ["VEC": width],
        [
            .buffer(from.region), .buffer(to.region), .elements(of: tensor), .int(channels), .int(fromShape[-1]),
            .int(fromStart), .int(toShape[-1]), .int(toStart),
        ],
        grid: .elementwise(tensor, width: width), label: label)
}
