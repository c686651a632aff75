import OcellusGraph

extension InvertedResidual: CPUOperation {
    /// Whether the expansion is 1×1, or reads so few channels that nothing is faster than a plain product.
    public func isSupported(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool {
        guard let expansion else { return true }
        return expansion.isPointwise || (expansion.groups == 1 && inputs[0].shape[2] <= 4)
    }

    /// Room for the packed filters.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (try? product(inputs, bias: { _ in nil }, on: backend)).map { $0.packedCount * 4 } ?? 0
    }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let product = try product(arguments.inputs.map(\.description), bias: { try arguments.input($0) }, on: backend)
        try backend.reserveScratch(floats: product.scratchCount)
        var offset = 0
        let filters = try zip(product.kernels, filterInputs).map { kernel, input in
            defer { offset += kernel.packedCount }
            return (kernel, try FilterInPlan(kernel, input, arguments, offset: offset, on: backend))
        }
        let isBatched = arguments.inputs[0].description.isBatched
        let source = try arguments.input(0)
        let shape = arguments.outputs[0].description.shape
        let output = SlidingProduct.Output(
            start: try arguments.output(0), imageStride: shape.count, rowStride: shape[1] * shape[2],
            columnStride: shape[2], addend: isResidual ? try arguments.input(arguments.inputs.count - 1) : nil)
        let (depthwise, projection) = (filters[filters.count - 2], filters[filters.count - 1])
        let expansion = filters.count == 3 ? filters[0] : nil
        return CPUStep { invocation in
            product.run(
                on: backend, source: source,
                filters: InvertedResidualProduct.Filters(
                    expansion: expansion.map { $1.packed(by: $0, on: backend) },
                    depthwise: depthwise.1.packed(by: depthwise.0, on: backend),
                    projection: projection.1.packed(by: projection.0, on: backend)),
                output: output, count: isBatched ? invocation.count : 1)
        }
    }

    private func product(
        _ inputs: [TensorDescription], bias: (_ input: Int) throws -> UnsafePointer<Float>?, on backend: CPUBackend
    ) throws -> InvertedResidualProduct {
        let results = try results(for: inputs).map(\.shape)
        let filters = filterInputs.map { inputs[$0].shape }
        let biases = try zip(convolutions, filterInputs).map { try $0.hasBias ? bias($1 + 1) : nil }
        let panelWidth = backend.kernels.panelWidth
        let (second, third) = (filters.count - 2, filters.count - 1)
        let expanded = expansion == nil ? inputs[0].shape : results[0]
        return InvertedResidualProduct(
            expansion: try expansion.map { expansion in
                SlidingProduct(
                    try expansion.window.geometry(over: inputs[0].shape).slidingWindow(channels: inputs[0].shape[2]),
                    PackedFilter(ofConvolution: filters[0], groups: 1, panelWidth: panelWidth), bias: biases[0],
                    activation: expansion.activation.simd)
            },
            depthwise: DepthwiseProduct(
                window: try depthwise.window.geometry(over: expanded).slidingWindow(channels: expanded[2]),
                tapOffsets: (0..<depthwise.window.count).map { $0 * expanded[2] }, bias: biases[second],
                activation: depthwise.activation.simd),
            projection: PointwiseProduct(
                pixels: results[third][0] * results[third][1],
                filter: PackedFilter(ofConvolution: filters[third], groups: 1, panelWidth: panelWidth),
                bias: biases[third], activation: projection.activation.simd))
    }
}

extension InvertedResidualProduct {
    /// The convolutions in the order in which they are computed, as what packs their filters.
    fileprivate var kernels: [ConvolutionKernel] {
        (expansion.map { [.product($0)] } ?? []) + [.depthwise(depthwise), .pointwise(projection)]
    }

    /// Floats of the packed filters.
    fileprivate var packedCount: Int { kernels.reduce(0) { $0 + $1.packedCount } }
}
