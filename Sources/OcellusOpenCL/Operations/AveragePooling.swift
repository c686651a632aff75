import OcellusGraph

extension AveragePooling: OpenCLOperation {
    /// Enqueues `average_pooling`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let shape = arguments.inputs[0].description.shape
        let output = arguments.outputs[0].description
        let width = backend.width(dividing: shape[-1])
        return try backend.launch(
            "average_pooling", of: .files("common", "window", "average_pooling"), defines: ["VEC": width],
            [
                arguments.input(0), arguments.output(0), .ints(try window.geometry(over: shape).kernelIntegers),
                .int(shape[-1]), .int(countsPadding ? 1 : 0), .elements(of: output),
            ],
            grid: .elementwise(output, width: width), label: arguments.label)
    }
}
