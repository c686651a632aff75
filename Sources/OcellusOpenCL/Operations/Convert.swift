import OcellusGraph

extension Convert: OpenCLOperation {
    /// Whether it is from `float` or to it.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool {
        (inputs[0].elementType == .float32) != (elementType == .float32) && outputs[0].elementType == elementType
    }

    /// Enqueues `narrow` or `widen_all`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            elementType == .float32 ? "widen_all" : "narrow", of: .files("common", "convert"), defines: ["VEC": width],
            [arguments.input(0), arguments.output(0), .elements(of: tensor)],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
