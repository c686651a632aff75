import OcellusGraph

extension Activation: OpenCLOperation {
    /// Enqueues `activation`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "activation", of: .files("common", "activation"), defines: ["VEC": width, "ALIGNED": width == 4 ? 1 : 0],
            [arguments.input(0), arguments.output(0), .elements(of: tensor), .int(function.kernelNumber)],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}

extension ActivationGradient: OpenCLOperation {
    /// Enqueues `activation_gradient`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "activation_gradient", of: .files("common", "activation"),
            defines: ["VEC": width, "ALIGNED": width == 4 ? 1 : 0],
            [
                arguments.input(0), arguments.input(1), arguments.output(0), .elements(of: tensor),
                .int(function.kernelNumber),
            ],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
