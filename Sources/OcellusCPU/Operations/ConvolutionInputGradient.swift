import CSIMD
import OcellusGraph

extension ConvolutionInputGradient: CPUOperation {
    /// Room for the packed filters.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (try? phases(inputs, .inStep(inputs, capacity), on: backend)).map {
            $0.reduce(0) { $0 + $1.kernel.packedCount } * 4
        } ?? 0
    }

    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let phases = try phases(arguments.inputs.map(\.description), ConvolutionKernel.Use(arguments), on: backend)
        let source = try arguments.input(0)
        let result = try arguments.output(0)
        let width = inputShape[1]
        let channels = inputShape[2]
        var offset = 0
        var parts: [(ConvolutionKernel, FilterInPlan, SlidingProduct.Output)] = []
        for phase in phases {
            try backend.reserveScratch(floats: phase.kernel.scratchCount)
            let filter = try FilterInPlan(phase.kernel, 1, arguments, offset: offset, on: backend)
            offset += phase.kernel.packedCount
            let output = SlidingProduct.Output(
                start: result + (phase.row * width + phase.column) * channels, imageStride: inputShape.count,
                rowStride: window.strideHeight * width * channels, columnStride: window.strideWidth * channels)
            parts.append((phase.kernel, filter, output))
        }
        let isBatched = arguments.inputs[0].description.isBatched
        let algorithms = Set(parts.map(\.0.algorithm)).sorted().joined(separator: ", ")
        return CPUStep(algorithm: algorithms) { invocation in
            for (kernel, filter, output) in parts {
                kernel.run(
                    on: backend, source: source, packed: filter.packed(by: kernel, on: backend), output: output,
                    count: isBatched ? invocation.count : 1)
            }
        }
    }

    /// The input pixels of one remainder by the stride: they all see the same taps, so their gradient is a convolution of
    /// dy, without any write to a place twice.
    private struct Phase {
        let row, column: Int
        let kernel: ConvolutionKernel
    }

    private func phases(_ inputs: [TensorDescription], _ use: ConvolutionKernel.Use, on backend: CPUBackend) throws
        -> [Phase]
    {
        let geometry = try window.geometry(over: inputShape)
        var use = use
        use.isContiguous = window.strideHeight == 1 && window.strideWidth == 1
        var phases: [Phase] = []
        for row in 0..<min(window.strideHeight, inputShape[0]) {
            for column in 0..<min(window.strideWidth, inputShape[1]) {
                phases.append(
                    Phase(
                        row: row, column: column,
                        kernel: kernel(geometry, row, column, filter: inputs[1].shape, use, on: backend)))
            }
        }
        return phases
    }

    private func kernel(
        _ geometry: WindowGeometry, _ row: Int, _ column: Int, filter: Shape, _ use: ConvolutionKernel.Use,
        on backend: CPUBackend
    ) -> ConvolutionKernel {
        // Input row y gets from output row p through kernel row i when y = p · stride + i · dilation − pad. Taps run
        // backwards, so that those of neighbouring places ascend in memory.
        var taps: [SlidingWindow.Tap] = []
        var offsets: [Int] = []
        for i in (0..<window.height).reversed() {
            let rowOffset = row + geometry.padTop - i * window.dilationHeight
            guard rowOffset.isMultiple(of: window.strideHeight) else { continue }
            for j in (0..<window.width).reversed() {
                let columnOffset = column + geometry.padLeft - j * window.dilationWidth
                guard columnOffset.isMultiple(of: window.strideWidth) else { continue }
                taps.append(
                    SlidingWindow.Tap(row: rowOffset / window.strideHeight, column: columnOffset / window.strideWidth))
                offsets.append((i * window.width + j) * filter[2] * filter[3])
            }
        }
        let sliding = SlidingWindow(
            height: geometry.outputHeight, width: geometry.outputWidth, channels: filter[3], taps: taps, strideRow: 1,
            strideColumn: 1, rows: (inputShape[0] - row + window.strideHeight - 1) / window.strideHeight,
            columns: (inputShape[1] - column + window.strideWidth - 1) / window.strideWidth)
        if filter[2] == 1, filter[3] == groups, groups > 1, backend.algorithms.allowsDepthwise {
            return .depthwise(
                DepthwiseProduct(window: sliding, tapOffsets: offsets, bias: nil, activation: simd_identity))
        }
        let packed = PackedFilter(
            tapOffsets: offsets, channels: filter[3] / groups, channelStride: 1, columns: filter[2],
            columnStride: filter[3], groups: groups, groupStride: filter[3] / groups,
            panelWidth: backend.kernels.panelWidth)
        return ConvolutionKernel(sliding, packed, use: use, on: backend)
    }
}
