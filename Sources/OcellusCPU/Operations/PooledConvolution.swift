import OcellusGraph

extension PooledConvolution: CPUOperation {
    /// Whether the gradients, which count the channels of a pixel in 16 bits, can run too.
    public func isSupported(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { inputs[1].shape[3] <= 65535 }

    /// Room for the packed filter.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (try? kernel(inputs, bias: nil, .inStep(inputs, capacity), on: backend)).map { $0.packedCount * 4 } ?? 0
    }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let kernel = try kernel(
            arguments.inputs.map(\.description), bias: convolution.hasBias ? arguments.input(2) : nil,
            ConvolutionKernel.Use(arguments), on: backend)
        try backend.reserveScratch(floats: kernel.scratchCount)
        let source = try arguments.input(0)
        let filter = try FilterInPlan(kernel, 1, arguments, on: backend)
        let shape = arguments.outputs[0].description.shape
        let output = SlidingProduct.Output(
            start: try arguments.output(0), imageStride: shape.count, rowStride: shape[1] * shape[2],
            columnStride: shape[2])
        let winners = keepsWinners ? try arguments.byteOutput(1) : nil
        let isBatched = arguments.inputs[0].description.isBatched
        return CPUStep(algorithm: kernel.algorithm) { invocation in
            kernel.run(
                on: backend, source: source, packed: filter.packed(by: kernel, on: backend), output: output,
                winners: winners, count: isBatched ? invocation.count : 1)
        }
    }

    private func kernel(
        _ inputs: [TensorDescription], bias: UnsafePointer<Float>?, _ use: ConvolutionKernel.Use, on backend: CPUBackend
    ) throws -> ConvolutionKernel {
        let input = inputs[0].shape
        return ConvolutionKernel(
            convolutionOver: try convolution.window.geometry(over: input).slidingWindowForPooling(channels: input[2]),
            filter: inputs[1].shape, groups: convolution.groups, bias: bias, activation: convolution.activation,
            isPooled: true, use: use, on: backend)
    }
}
