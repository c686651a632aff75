import OcellusGraph

extension MovingAverage: OpenCLOperation {
    /// Enqueues `moving_average`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "moving_average", of: .files("common", "moving_average"), defines: ["VEC": width],
            [arguments.input(0), arguments.input(1), .elements(of: tensor), .computedFloat(part)],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
