import OcellusGraph

extension GradientAccumulation: OpenCLOperation {
    /// Enqueues `gradient_accumulation`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "gradient_accumulation", of: .files("common", "gradient_accumulation"), defines: ["VEC": width],
            [
                arguments.input(0), arguments.input(1), .elements(of: tensor), .accumulatesGradients,
                .computedFloat { 1 / $0.lossScale },
            ],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
