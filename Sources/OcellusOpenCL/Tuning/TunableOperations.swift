import OcellusGraph

// What is worth trying for each of the heavy operations.

extension Convolution: TunableOperation {
    public var tuningDetail: String { window.tuningText(groups: groups) }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] {
        if depthwise(inputs) != nil { return [backend.widthAxis] }
        let correlation = (try? window.geometry(over: inputs[0].shape)).map {
            self.correlation($0, filter: inputs[1].shape)
        }
        return backend.convolutionAxes(columns: inputs[1].shape[3] / groups, correlation)
    }
}

extension ResidualConvolution: TunableOperation {
    public var tuningDetail: String { convolution.tuningDetail }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] { convolution.tuningAxes(on: backend, inputs: inputs, outputs: outputs) }
}

extension PooledConvolution: TunableOperation {
    public var tuningDetail: String { convolution.tuningDetail }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] { convolution.tuningAxes(on: backend, inputs: inputs, outputs: outputs) }
}

extension ConvolutionInputGradient: TunableOperation {
    public var tuningDetail: String { window.tuningText(groups: groups) }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] {
        if depthwise(inputs[1].shape) != nil { return [backend.widthAxis] }
        return backend.convolutionAxes(
            columns: inputShape[2] / groups, (try? phases(filter: inputs[1].shape))?.only)
    }
}

extension ConvolutionFilterGradient: TunableOperation {
    public var tuningDetail: String { window.tuningText(groups: groups) }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] {
        if depthwise(inputs[0]) != nil { return [backend.widthAxis] }
        switch backend.kernelFamily {
        case .tiled:
            return [
                backend.tileAxis(columns: outputChannels / groups), backend.groupsAxis([256, 128, 1024, 2048]),
                backend.productAxis,
            ]
        case .wide:
            return [backend.registerAxis(mostVectors: 1), backend.productAxis, backend.groupsAxis([8, 16, 64])]
        }
    }
}

extension PooledConvolutionFilterGradient: TunableOperation {
    public var tuningDetail: String { window.tuningText(groups: groups) }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] { backend.pooledGradientAxes + [backend.workAxis([16, 64, 8])] }
}

extension PooledConvolutionInputGradient: TunableOperation {
    public var tuningDetail: String { window.tuningText(groups: groups) }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] { backend.pooledGradientAxes }
}

extension Dense: TunableOperation {
    public var tuningDetail: String { "" }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] { backend.productAxes(columns: outputs[0].shape[0]) }
}

extension DenseInputGradient: TunableOperation {
    public var tuningDetail: String { "" }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] { backend.productAxes(columns: outputs[0].shape[0]) }
}

extension DenseWeightGradient: TunableOperation {
    public var tuningDetail: String { "" }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] { backend.productAxes(columns: outputs[0].shape[1]) }
}

extension MatrixMultiplication: TunableOperation {
    public var tuningDetail: String { (transposesLeft ? "left" : "") + (transposesRight ? "right" : "") }

    public func tuningAxes(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> [[KernelParameters]] { backend.productAxes(columns: outputs[0].shape[1]) }
}

extension OpenCLBackend {
    fileprivate func convolutionAxes(columns: Int, _ correlation: Correlation?) -> [[KernelParameters]] {
        switch kernelFamily {
        case .tiled: [tileAxis(columns: columns), filterAxis, productAxis]
        case .wide: [algorithmAxis(correlation), registerAxis(), productAxis, workAxis([24, 48, 120, 256, 480, 1024])]
        }
    }

    fileprivate func productAxes(columns: Int) -> [[KernelParameters]] {
        switch kernelFamily {
        case .tiled: [tileAxis(columns: columns), groupsAxis([64, 512, 1024]), productAxis]
        case .wide:
            [registerAxis(mostVectors: 1), workAxis([24, 48, 192, 384]), groupsAxis([16, 64]), productAxis]
        }
    }

    fileprivate var pooledGradientAxes: [[KernelParameters]] {
        let shapes: [(width: Int, rows: Int)] = [(16, 12), (16, 6), (8, 12), (16, 18), (8, 18), (16, 9)]
        return [shapes.map { KernelParameters(rows: $0.rows, width: $0.width) }, productAxis]
    }
}
