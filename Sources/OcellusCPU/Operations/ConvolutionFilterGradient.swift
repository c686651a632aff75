import OcellusGraph

extension ConvolutionFilterGradient: CPUOperation {
    /// Room for partial sums over the batch, or for what is transformed.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { (try? algorithm(inputs, capacity: capacity, on: backend)).map { $0.workspaceCount * 4 } ?? 0 }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let inputs = arguments.inputs.map(\.description)
        let algorithm = try algorithm(inputs, capacity: arguments.capacity, on: backend)
        try backend.reserveScratch(floats: algorithm.scratchCount)
        let x = try arguments.input(0)
        let gradient = try arguments.input(1)
        let result = try arguments.output(0)
        let workspace =
            algorithm.workspaceCount > 0
            ? try arguments.workspaceFloats(byteCount: algorithm.workspaceCount * 4) : nil
        let isBatched = inputs[0].isBatched
        return CPUStep(algorithm: algorithm.name) { invocation in
            algorithm.run(
                on: backend, x: x, gradient: gradient, result: result, workspace: workspace,
                count: isBatched ? invocation.count : 1)
        }
    }

    private func algorithm(
        _ inputs: [TensorDescription], capacity: Int, on backend: CPUBackend
    ) throws -> any FilterGradientAlgorithm {
        let samples = inputs[0].isBatched ? capacity : 1
        if let winograd = try WinogradFilterGradient(self, input: inputs[0].shape, samples: samples, on: backend) {
            return winograd
        }
        if backend.algorithms.allowsDepthwise,
            let depthwise = try DepthwiseFilterGradient(self, input: inputs[0].shape, samples: samples)
        {
            return depthwise
        }
        return try FilterGradientProduct(self, input: inputs[0].shape, samples: samples, on: backend)
    }
}

/// A way to compute the gradient of a convolution's filter.
protocol FilterGradientAlgorithm {
    /// How it is computed, for profiles.
    var name: String { get }
    /// Floats of workspace.
    var workspaceCount: Int { get }
    /// Floats of scratch memory that a worker needs.
    var scratchCount: Int { get }

    /// Sums over `count` samples; `workspace` is nil when none is needed.
    func run(
        on backend: CPUBackend, x: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        result: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>?, count: Int)
}
