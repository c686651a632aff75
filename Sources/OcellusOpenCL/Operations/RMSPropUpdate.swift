import OcellusGraph

extension RMSPropUpdate: OpenCLOperation {
    /// Enqueues `rmsprop_update`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "rmsprop_update", of: .files("common", "rmsprop_update"), defines: ["VEC": width],
            (0..<3).map(arguments.input) + [
                // Without momentum there is no velocity; the kernel does not touch the argument then.
                arguments.input(momentum == 0 ? 2 : 3), .elements(of: tensor), .computedFloat(learningRate),
                .float(rho),
                .float(epsilon), .computedFloat(momentum), .float(weightDecay), .int(followsTensorFlow ? 1 : 0),
            ],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
