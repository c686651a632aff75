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
        let tensor = arguments.outputs[0].description
        guard elementType == .float32 else {
            return try narrow(on: backend, arguments.input(0), arguments.output(0), tensor, label: arguments.label)
        }
        let width = backend.elementwiseWidth
        return try backend.launch(
            "widen_all", of: .files("common", "convert"), defines: ["VEC": width],
            [arguments.input(0), arguments.output(0), .elements(of: tensor)],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}

/// Rounds floats to what `tensor` is stored as.
func narrow(
    on backend: OpenCLBackend, _ floats: KernelArgument, _ result: KernelArgument, _ tensor: TensorDescription,
    label: String
) throws -> KernelLaunch {
    let width = backend.elementwiseWidth
    return try backend.launch(
        "narrow", of: .files("common", "convert"), defines: ["VEC": width], [floats, result, .elements(of: tensor)],
        grid: .elementwise(tensor, width: width), storing: tensor.elementType, label: label)
}
