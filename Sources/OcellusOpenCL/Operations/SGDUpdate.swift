import OcellusGraph

extension SGDUpdate: OpenCLOperation {
    /// Enqueues `sgd_update`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "sgd_update", of: .files("common", "sgd_update"), defines: ["VEC": width],
            [
                arguments.input(0), arguments.input(1),
                // Without momentum there is no velocity; the kernel does not touch the argument then.
                arguments.input(momentum == 0 ? 0 : 2), .elements(of: tensor), .computedFloat(learningRate),
                .computedFloat(momentum),
                .float(weightDecay), .int(isNesterov ? 1 : 0),
            ],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
