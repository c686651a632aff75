import OcellusGraph

extension AveragePoolingGradient: OpenCLOperation {
    /// Enqueues `average_pooling_gradient`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let output = arguments.outputs[0].description
        let width = backend.width(dividing: inputShape[-1])
        return try backend.launch(
            "average_pooling_gradient", of: .files("common", "window", "average_pooling"), defines: ["VEC": width],
            [
                arguments.input(0), arguments.output(0), .ints(try window.geometry(over: inputShape).kernelIntegers),
                .int(inputShape[-1]), .int(countsPadding ? 1 : 0), .elements(of: output),
            ],
            grid: .elementwise(output, width: width), label: arguments.label)
    }
}
