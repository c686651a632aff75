import OcellusGraph

extension GradientClamp: OpenCLOperation {
    /// Enqueues `gradient_clamp`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "gradient_clamp", of: .files("common", "gradient_clamp"), defines: ["VEC": width],
            [arguments.input(0), .elements(of: tensor), .float(limit)],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
