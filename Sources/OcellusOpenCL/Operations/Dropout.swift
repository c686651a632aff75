import OcellusGraph

extension Dropout: OpenCLOperation {
    /// Enqueues `dropout`, which draws the same numbers as the host's `Philox`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let elements = arguments.inputs[0].description.shape.count
        return try backend.launch(
            "dropout", of: .files("philox", "dropout"),
            [
                arguments.input(0), arguments.output(0), .ulong(elements), .count, .sampleOffset, .step,
                .int(Int(Philox.Purpose.dropout(layer: layer).rawValue)), .seed, .float(rate), .float(1 / (1 - rate)),
            ],
            grid: .linear(elements.dividedUp(by: 4)), label: arguments.label)
    }
}
