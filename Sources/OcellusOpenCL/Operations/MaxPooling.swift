import OcellusGraph

extension MaxPooling: OpenCLOperation {
    /// Enqueues `max_pooling`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let shape = arguments.inputs[0].description.shape
        let output = arguments.outputs[0].description
        let width = backend.width(dividing: shape[-1])
        return try backend.launch(
            "max_pooling", of: .files("common", "window", "max_pooling"),
            defines: ["VEC": width, "ALIGNED": width == 4 ? 1 : 0],
            [
                arguments.input(0), arguments.output(0), arguments.output(keepsWinners ? 1 : 0),
                .ints(try window.geometry(over: shape).kernelIntegers), .int(shape[-1]), .int(keepsWinners ? 1 : 0),
                .elements(of: output),
            ],
            grid: .elementwise(output, width: width), label: arguments.label)
    }
}
