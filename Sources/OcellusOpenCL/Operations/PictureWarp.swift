import OcellusGraph

extension PictureWarp: OpenCLOperation {
    /// As floats that the host writes, and images as activations are stored.
    public var activationStorage: ActivationStorage { .mixed }

    /// Whether what was drawn comes as floats.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { inputs[1].elementType == .float32 }

    /// Six numbers for the normalisation.
    public func keptByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        parametersAreConstant: Bool
    ) -> Int { 6 * MemoryLayout<Float>.size }

    /// Enqueues `picture_warp`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let shape = arguments.inputs[0].description.shape
        let (number, fill): (Int, Float) =
            switch outside {
            case .nearest: (0, 0)
            case .constant(let value): (1, value)
            case .reflect: (2, 0)
            case .wrap: (3, 0)
            }
        return try backend.launch(
            "picture_warp", of: .files("picture_warp"), defines: ["OUTSIDE": number],
            [
                arguments.input(0), arguments.input(1), arguments.output(0), .count, .int(shape[0]), .int(shape[1]),
                .float(fill), .buffer(try backend.constants(scale + offset, label: arguments.label)),
                .int(isReversed ? 1 : 0),
            ], grid: .linear(shape[0] * shape[1]), storing: arguments.outputs[0].description.elementType,
            label: arguments.label)
    }
}
