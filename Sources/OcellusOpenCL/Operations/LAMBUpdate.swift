import OcellusGraph

extension LAMBUpdate: OpenCLOperation {
    /// Two partial sums a work-item, and the rate.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (2 * backend.summingItems(inputs[0].shape.count) * MemoryLayout<Float>.size)
            .rounded(upTo: backend.device.alignment) + MemoryLayout<Float>.size
    }

    /// Enqueues `lamb_moments`, `lamb_rate` and `lamb_update`; the bias corrections are two factors, which the host computes.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let source = try KernelSource.files("common", "group_sum", "lamb_update")
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        let items = backend.summingItems(tensor.shape.count)
        let scratch = try arguments.scratch()
        let partialByteCount = 2 * items * MemoryLayout<Float>.size
        let partial = KernelArgument.buffer(scratch.part(at: 0, byteCount: partialByteCount))
        let rate = KernelArgument.buffer(
            scratch.part(
                at: partialByteCount.rounded(upTo: backend.device.alignment), byteCount: MemoryLayout<Float>.size))
        let (weight, gradient) = (arguments.input(0), arguments.input(1))
        let (first, second) = (arguments.input(2), arguments.input(3))
        let corrections: [KernelArgument] = [
            .computedFloat { Float(1 / (1 - power(Double(beta1(in: $0)), $0.step))) },
            .computedFloat { Float(1 / (1 - power(Double(beta2), $0.step)).squareRoot()) },
            .float(epsilon), .float(weightDecay),
        ]
        func launch(_ entry: String, _ operands: [KernelArgument], _ grid: LaunchGrid) throws -> KernelLaunch {
            try backend.launch(
                entry, of: source, defines: ["VEC": width], operands, grid: grid, label: arguments.label)
        }
        return LaunchSequence([
            try launch(
                "lamb_moments",
                [
                    weight, gradient, first, second, partial, .elements(of: tensor), .int(items), .computedFloat(beta1),
                    .float(beta2),
                ]
                    + corrections, .linear(items, batched: false)),
            try launch(
                "lamb_rate", [partial, rate, .int(items), .computedFloat(learningRate), .float(weightDecay)], .oneGroup),
            try launch(
                "lamb_update", [weight, first, second, rate, .elements(of: tensor)] + corrections,
                .elementwise(tensor, width: width)),
        ])
    }
}
