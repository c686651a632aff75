import OcellusGraph

extension Convolution: CPUOperation {
    /// Room for the packed filter.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (try? kernel(inputs, bias: nil, .inStep(inputs, capacity), on: backend)).map { $0.packedCount * 4 } ?? 0
    }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        try prepare(on: backend, arguments, addend: nil)
    }

    /// The same with a tensor that is added before the activation.
    func prepare(
        on backend: CPUBackend, _ arguments: OperationArguments, addend: UnsafePointer<Float>?
    ) throws -> any PreparedStep {
        let kernel = try kernel(
            arguments.inputs.map(\.description), bias: hasBias ? arguments.input(2) : nil,
            ConvolutionKernel.Use(arguments), on: backend)
        try backend.reserveScratch(floats: kernel.scratchCount)
        let source = try arguments.input(0)
        let filter = try FilterInPlan(kernel, 1, arguments, on: backend)
        let shape = arguments.outputs[0].description.shape
        let output = SlidingProduct.Output(
            start: try arguments.output(0), imageStride: shape.count, rowStride: shape[1] * shape[2],
            columnStride: shape[2], addend: addend)
        let isBatched = arguments.inputs[0].description.isBatched
        return CPUStep(algorithm: kernel.algorithm) { invocation in
            kernel.run(
                on: backend, source: source, packed: filter.packed(by: kernel, on: backend), output: output,
                count: isBatched ? invocation.count : 1)
        }
    }

    private func kernel(
        _ inputs: [TensorDescription], bias: UnsafePointer<Float>?, _ use: ConvolutionKernel.Use, on backend: CPUBackend
    ) throws -> ConvolutionKernel {
        let input = inputs[0].shape
        return ConvolutionKernel(
            convolutionOver: try window.geometry(over: input).slidingWindow(channels: input[2]),
            filter: inputs[1].shape, groups: groups, bias: bias, activation: activation, use: use, on: backend)
    }
}
