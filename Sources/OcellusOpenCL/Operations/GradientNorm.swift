import OcellusGraph

extension GradientNorm: OpenCLOperation {
    /// Partial sums of each gradient.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { inputs.reduce(0) { $0 + backend.summingItems($1.shape.count) } * MemoryLayout<Float>.size }

    /// Enqueues `sum_squares` for each gradient, then `finish_norm`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let source = try KernelSource.files("common", "group_sum", "gradient_norm")
        let width = backend.elementwiseWidth
        let partial = KernelArgument.buffer(try arguments.scratch())
        var launches: [KernelLaunch] = []
        var first = 0
        for (index, input) in arguments.inputs.enumerated() {
            let items = backend.summingItems(input.description.shape.count)
            launches.append(
                try backend.launch(
                    "sum_squares", of: source, defines: ["VEC": width],
                    [arguments.input(index), partial, .ulong(input.description.shape.count), .int(first), .int(items)],
                    grid: .linear(items, batched: false), label: arguments.label))
            first += items
        }
        launches.append(
            try backend.launch(
                "finish_norm", of: source, defines: ["VEC": width],
                [partial, arguments.output(0), .int(first), .float(maximum)], grid: .oneGroup, label: arguments.label))
        return LaunchSequence(launches)
    }
}

extension GradientScale: OpenCLOperation {
    /// Enqueues `gradient_scale`.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let tensor = arguments.inputs[0].description
        let width = backend.elementwiseWidth
        return try backend.launch(
            "gradient_scale", of: .files("common", "group_sum", "gradient_norm"), defines: ["VEC": width],
            [arguments.input(0), arguments.input(1), .elements(of: tensor)],
            grid: .elementwise(tensor, width: width), label: arguments.label)
    }
}

extension OpenCLBackend {
    /// How many work-items share the sum over a tensor of `count` elements; a number that the device's kind alone decides
    /// besides, so that sums are made in one order.
    func summingItems(_ count: Int) -> Int { min(count.dividedUp(by: elementwiseWidth), 1024) }
}

extension LaunchGrid {
    /// One work-group of 64, as `group_sum.cl` wants it.
    static let oneGroup = LaunchGrid(local: [64, 1, 1]) { _ in [1, 1, 1] }
}
