import OcellusGraph

extension StochasticDepth: OpenCLOperation {
    /// Enqueues `stochastic_depth`, which draws the same numbers as the host's `Philox`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let elements = arguments.inputs[0].description.shape.count
        let width = backend.elementwiseWidth
        return try backend.launch(
            "stochastic_depth", of: .files("common", "philox", "stochastic_depth"), defines: ["VEC": width],
            [
                arguments.input(0), arguments.output(0), .ulong(elements), .count, .sampleOffset, .step,
                .int(Int(Philox.Purpose.dropout(layer: layer).rawValue)), .seed, .float(rate), .float(1 / (1 - rate)),
            ],
            grid: .linear(elements.dividedUp(by: width)), label: arguments.label)
    }
}
