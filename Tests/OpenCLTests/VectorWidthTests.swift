import OcellusGraph
import OcellusOpenCL
import Testing

extension OpenCLSuite {
    /// Kernels for registers that the machine may not have: any width computes the same on any device.
    @Suite("Kernels for every width of vector registers", .enabled(if: TestDevice.isPresent)) struct VectorWidthTests {
        private static let window = Window(3)
        private static let convolution = Convolution(window, activation: .relu)
        private static let x = TensorDescription([13, 14, 7], batched: true)
        private static let pooled = TensorDescription([5, 6, 19], batched: true)
        private static let winners = TensorDescription([5, 6, 19], batched: true, .uint8)
        private static let filter = TensorDescription([3, 3, 7, 19], batched: false)
        private static let bias = TensorDescription([19], batched: false)

        @Test(arguments: [4, 8, 16]) func `Give what the kernels of GPUs give`(_ width: Int) throws {
            let (tiled, wide) = (try backend(.tiled, width), try backend(.wide, width))
            let convolution = Self.convolution
            try expectSame(convolution, [Self.x, Self.filter, Self.bias], tiled, wide)
            try expectSame(
                ConvolutionInputGradient(Window(3, stride: 2, padding: .same), inputShape: [13, 14, 7]),
                [TensorDescription([7, 7, 19], batched: true), Self.filter], tiled, wide)
            try expectSame(
                ConvolutionFilterGradient(Self.window, outputChannels: 19),
                [Self.x, TensorDescription([11, 12, 19], batched: true)], tiled, wide)
            try expectSame(
                Dense(activation: .relu6),
                [
                    TensorDescription([1300], batched: true), TensorDescription([1300, 33], batched: false),
                    TensorDescription([33], batched: false),
                ], tiled, wide)
        }

        @Test(arguments: [4, 16]) func `Give what the kernels of eight lanes give`(_ width: Int) throws {
            let (eight, other) = (try backend(.wide, 8), try backend(.wide, width))
            try expectSame(
                PooledConvolution(Self.convolution, keepsWinners: true), [Self.x, Self.filter, Self.bias], eight, other)
            try expectSame(
                PooledConvolutionInputGradient(Self.window, inputShape: [13, 14, 7]),
                [Self.pooled, Self.winners, Self.filter], eight, other)
            try expectSame(
                PooledConvolutionFilterGradient(Self.window, outputChannels: 19),
                [Self.x, Self.pooled, Self.winners], eight, other)
        }

        private func backend(_ family: KernelFamily, _ width: Int) throws -> OpenCLBackend {
            try OpenCLBackend(#require(TestDevice.first), kernelFamily: family, vectorWidth: width)
        }

        private func expectSame(
            _ operation: any Operation, _ inputs: [TensorDescription], _ a: OpenCLBackend, _ b: OpenCLBackend,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let (expected, actual) = (try a.output(of: operation, inputs), try b.output(of: operation, inputs))
            let error = zip(expected, actual).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let energy = expected.reduce(0) { $0 + $1 * $1 }
            #expect(energy > 0 && error <= 1e-10 * energy, "\(operation.name)", sourceLocation: sourceLocation)
        }
    }
}

extension OpenCLBackend {
    /// The first output of an operation on two samples of made-up inputs.
    fileprivate func output(of operation: any Operation, _ inputs: [TensorDescription]) throws -> [Float] {
        let capacity = 2
        let operands = try inputs.enumerated().map { index, input in
            var random = PhiloxSequence(seed: 1, purpose: .rendering, sample: index)
            if input.elementType == .uint8 {
                let bytes = (0..<input.count(samples: capacity)).map { _ in UInt8(random.nextWord() & 3) }
                let region = BufferRegion(
                    try makeBuffer(byteCount: bytes.count, label: "winners"), byteCount: bytes.count)
                try bytes.withUnsafeBytes { try write($0, to: region) }
                return Operand(input, region)
            }
            return Operand(
                input, try region((0..<input.count(samples: capacity)).map { _ in random.nextUniform(in: -1...1) }))
        }
        let descriptions = try operation.outputs(for: inputs)
        let outputs = try descriptions.map {
            let byteCount = $0.byteCount(samples: capacity)
            return Operand(
                $0, BufferRegion(try makeBuffer(byteCount: byteCount, label: "output"), byteCount: byteCount))
        }
        let scratch = workspaceByteCount(for: operation, inputs: inputs, outputs: descriptions, capacity: capacity)
        let workspace =
            scratch == 0
            ? nil : BufferRegion(try makeBuffer(byteCount: scratch, label: "workspace"), byteCount: scratch)
        let step = try prepare(
            operation,
            OperationArguments(
                inputs: operands, outputs: outputs, workspace: workspace, capacity: capacity, label: operation.name))
        try run([step], Invocation(count: capacity))
        return try values(outputs[0].region)
    }
}
