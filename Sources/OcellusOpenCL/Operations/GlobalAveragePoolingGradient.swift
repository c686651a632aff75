import OcellusGraph

extension GlobalAveragePoolingGradient: OpenCLOperation {
    /// Enqueues `global_average_pooling_gradient`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try launchOverPixels(
            "global_average_pooling_gradient", backend, arguments, pixels: inputShape[0] * inputShape[1],
            channels: inputShape[2])
    }
}

/// A kernel of `global_average_pooling.cl` over the output's elements.
func launchOverPixels(
    _ entry: String, _ backend: OpenCLBackend, _ arguments: OperationArguments, pixels: Int, channels: Int
) throws -> KernelLaunch {
    let output = arguments.outputs[0].description
    let width = backend.width(dividing: channels)
    return try backend.launch(
        entry, of: .files("common", "global_average_pooling"), defines: ["VEC": width],
        [arguments.input(0), arguments.output(0), .int(pixels), .int(channels), .elements(of: output)],
        grid: .elementwise(output, width: width), label: arguments.label)
}
