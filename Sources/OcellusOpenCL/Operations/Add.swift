import OcellusGraph

extension Add: OpenCLOperation {
    /// Enqueues `add`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.outputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "add", of: .files("common", "add"), defines: ["VEC": width, "ALIGNED": width == 4 ? 1 : 0],
            [
                arguments.input(0), arguments.input(1), arguments.output(0), .elements(of: tensor),
                .int(activation.kernelNumber),
            ],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
