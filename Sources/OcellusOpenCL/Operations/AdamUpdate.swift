import OcellusGraph

extension AdamUpdate: OpenCLOperation {
    /// Enqueues `adam_update`; the bias corrections are one factor, which the host computes.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "adam_update", of: .files("common", "adam_update"), defines: ["VEC": width],
            (0..<4).map(arguments.input) + [
                .elements(of: tensor),
                .computedFloat { invocation in
                    let correction1 = 1 - power(Double(beta1(in: invocation)), invocation.step)
                    let correction2 = 1 - power(Double(beta2), invocation.step)
                    return Float(Double(learningRate(in: invocation)) * correction2.squareRoot() / correction1)
                },
                .computedFloat { isDecoupled ? 1 - learningRate(in: $0) * weightDecay : 1 },
                .computedFloat(beta1), .float(beta2), .float(epsilon), .float(isDecoupled ? 0 : weightDecay),
            ],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}
