import OcellusGraph

extension MaxPoolingGradient: OpenCLOperation {
    /// Enqueues `max_pooling_gradient`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let output = arguments.outputs[0].description
        let width = backend.width(dividing: inputShape[-1])
        return try backend.launch(
            "max_pooling_gradient", of: .files("common", "window", "max_pooling"),
            defines: ["VEC": width, "ALIGNED": width == 4 ? 1 : 0],
            [
                arguments.input(0), arguments.input(1), arguments.output(0),
                .ints(try window.geometry(over: inputShape).kernelIntegers), .int(inputShape[-1]),
                .elements(of: output),
            ],
            grid: .elementwise(output, width: width), label: arguments.label)
    }
}
