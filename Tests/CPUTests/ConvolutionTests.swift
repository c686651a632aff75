import OcellusCPU
import OcellusGraph
import Testing

/// A convolution to test, over 3 samples.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
    let height, width, channels, outputChannels: Int
    let window: Window
    var groups = 1

    var testDescription: String {
        "\(height)×\(width)×\(channels) → \(outputChannels), \(window.height)×\(window.width), groups \(groups), "
            + "stride \(window.strideHeight), dilation \(window.dilationHeight), \(window.padding)"
    }

    static let all = [
        ConvolutionCase(height: 9, width: 11, channels: 3, outputChannels: 8, window: Window(3)),
        ConvolutionCase(height: 20, width: 31, channels: 32, outputChannels: 40, window: Window(3)),
        ConvolutionCase(height: 13, width: 70, channels: 19, outputChannels: 35, window: Window(3, padding: .same)),
        ConvolutionCase(height: 8, width: 7, channels: 5, outputChannels: 17, window: Window(3, padding: .same)),
        ConvolutionCase(
            height: 10, width: 13, channels: 4, outputChannels: 33, window: Window(3, stride: 2, padding: .same)),
        ConvolutionCase(height: 7, width: 7, channels: 24, outputChannels: 16, window: Window(1)),
        ConvolutionCase(height: 9, width: 8, channels: 6, outputChannels: 5, window: Window(1, stride: 3)),
        ConvolutionCase(
            height: 15, width: 14, channels: 3, outputChannels: 20,
            window: Window(7, 5, stride: 2, padding: .explicit(top: 3, bottom: 2, left: 1, right: 4))),
        ConvolutionCase(
            height: 12, width: 12, channels: 8, outputChannels: 12, window: Window(3, dilation: 2, padding: .same)),
        ConvolutionCase(
            height: 11, width: 9, channels: 12, outputChannels: 24, window: Window(3, padding: .same), groups: 4),
        ConvolutionCase(
            height: 10, width: 10, channels: 37, outputChannels: 37, window: Window(3, stride: 2, padding: .same),
            groups: 37),
        ConvolutionCase(
            height: 8, width: 9, channels: 6, outputChannels: 12, window: Window(3, padding: .same), groups: 6),
        ConvolutionCase(height: 4, width: 4, channels: 130, outputChannels: 150, window: Window(4)),
    ]

    static let backends: [(InstructionSet, CPUAlgorithms)] = InstructionSet.available.flatMap { set in
        [2, 4].map { tile in
            var winograd = CPUAlgorithms.all
            winograd.winograd = .always(tile: tile)
            return (set, winograd)
        } + [(set, .all), (set, .general)]
    }

    let samples = 3

    var input: TensorDescription { TensorDescription([height, width, channels], batched: true) }
    var filter: TensorDescription {
        TensorDescription([window.height, window.width, channels / groups, outputChannels], batched: false)
    }
}

@Suite struct ConvolutionTests {
    @Test(arguments: ConvolutionCase.backends, ConvolutionCase.all)
    func aConvolutionAgreesWithPlainLoops(
        backend: (InstructionSet, CPUAlgorithms), test: ConvolutionCase
    ) throws {
        let runner = OperationRunner(
            backend: try CPUBackend(threads: 2, instructionSet: backend.0, algorithms: backend.1))
        let operation = Convolution(test.window, groups: test.groups, activation: .relu)
        let x = randomValues(test.input.count(samples: test.samples), seed: 1)
        let filter = randomValues(test.filter.shape.count, seed: 2)
        let bias = randomValues(test.outputChannels, seed: 3)
        let inputs = [
            (test.input, x), (test.filter, filter), (TensorDescription([test.outputChannels], batched: false), bias),
        ]
        let expected = try convolve(test, x, filter, bias).map { max(0, $0) }
        for isConstant in [false, true] {
            let result = try runner.run(
                operation, inputs, count: test.samples, capacity: test.samples + 1, isConstant: isConstant)
            #expect(normalizedError(result[0], expected) < 1e-11)
        }
    }

    /// ⟨dy, x ∗ w⟩ = ⟨dx, x⟩ = ⟨dw, w⟩, for any dy, one place of x or w at a time.
    @Test(arguments: ConvolutionCase.backends, ConvolutionCase.all)
    func itsGradientsAreItsAdjoints(backend: (InstructionSet, CPUAlgorithms), test: ConvolutionCase) throws {
        let runner = OperationRunner(
            backend: try CPUBackend(threads: 2, instructionSet: backend.0, algorithms: backend.1))
        let x = randomValues(test.input.count(samples: test.samples), seed: 1)
        let filter = randomValues(test.filter.shape.count, seed: 2)
        let output = try Convolution(test.window, groups: test.groups, hasBias: false)
            .outputs(for: [test.input, test.filter])[0]
        let dy = randomValues(output.count(samples: test.samples), seed: 4)
        let dx = try runner.run(
            ConvolutionInputGradient(test.window, groups: test.groups, inputShape: test.input.shape),
            [(output, dy), (test.filter, filter)], count: test.samples)[0]
        let dw = try runner.run(
            ConvolutionFilterGradient(test.window, groups: test.groups, outputChannels: test.outputChannels),
            [(test.input, x), (output, dy)], count: test.samples, capacity: test.samples + 4)[0]
        var expectedInput = [Double](repeating: 0, count: x.count)
        var expectedFilter = [Double](repeating: 0, count: filter.count)
        try forEachTerm(test) { y, input, weight in
            expectedInput[input] += Double(dy[y]) * Double(filter[weight])
            expectedFilter[weight] += Double(dy[y]) * Double(x[input])
        }
        #expect(normalizedError(dx, expectedInput) < 1e-11)
        #expect(normalizedError(dw, expectedFilter) < 1e-11)
    }

    @Test(arguments: ConvolutionCase.backends, ConvolutionCase.all)
    func aPooledConvolutionAndItsGradientsEqualTheOperationsTheyAreMadeOf(
        backend: (InstructionSet, CPUAlgorithms), test: ConvolutionCase
    ) throws {
        let runner = OperationRunner(
            backend: try CPUBackend(threads: 2, instructionSet: backend.0, algorithms: backend.1))
        let x = (test.input, randomValues(test.input.count(samples: test.samples), seed: 1))
        let filter = (test.filter, randomValues(test.filter.shape.count, seed: 2))
        let bias = (
            TensorDescription([test.outputChannels], batched: false), randomValues(test.outputChannels, seed: 3)
        )
        let convolution = Convolution(test.window, groups: test.groups, activation: .relu6)
        let pooling = MaxPooling(PooledConvolution.pooling)
        let full = try convolution.outputs(for: [test.input, test.filter, bias.0])[0]
        guard full.shape[0] >= 2, full.shape[1] >= 2 else { return }

        let unpooled = try runner.run(convolution, [x, filter, bias], count: test.samples)[0]
        let expected = try runner.run(pooling, [(full, unpooled)], count: test.samples)
        let fused = try runner.run(
            PooledConvolution(convolution, keepsWinners: true), [x, filter, bias], count: test.samples)
        #expect(fused[0] == expected[0])
        #expect(fused[1] == expected[1])

        let descriptions = try pooling.outputs(for: [full])
        var dy = randomValues(descriptions[0].count(samples: test.samples), seed: 5)
        for index in dy.indices where index % 3 == 0 { dy[index] = 0 }
        let gradient = (descriptions[0], dy)
        let winners = (descriptions[1], fused[1])
        let spread = (
            full,
            try runner.run(
                MaxPoolingGradient(PooledConvolution.pooling, inputShape: full.shape), [gradient, winners],
                count: test.samples)[0]
        )
        let dx = try runner.run(
            PooledConvolutionInputGradient(test.window, groups: test.groups, inputShape: test.input.shape),
            [gradient, winners, filter], count: test.samples)[0]
        let expectedInput = try runner.run(
            ConvolutionInputGradient(test.window, groups: test.groups, inputShape: test.input.shape),
            [spread, filter], count: test.samples)[0]
        #expect(normalizedError(dx, expectedInput.map(Double.init)) < 1e-11)
        let dw = try runner.run(
            PooledConvolutionFilterGradient(test.window, groups: test.groups, outputChannels: test.outputChannels),
            [x, gradient, winners], count: test.samples)[0]
        let expectedFilter = try runner.run(
            ConvolutionFilterGradient(test.window, groups: test.groups, outputChannels: test.outputChannels),
            [x, spread], count: test.samples)[0]
        #expect(normalizedError(dw, expectedFilter.map(Double.init)) < 1e-11)
    }

    @Test(arguments: ConvolutionCase.all)
    func theSameBitsComeOutOnOneThreadTwoAndFive(test: ConvolutionCase) throws {
        let x = randomValues(test.input.count(samples: test.samples), seed: 1)
        let filter = randomValues(test.filter.shape.count, seed: 2)
        let output = try Convolution(test.window, groups: test.groups, hasBias: false)
            .outputs(for: [test.input, test.filter])[0]
        let dy = randomValues(output.count(samples: test.samples), seed: 4)
        let results = try [1, 2, 5].map { threads in
            let runner = OperationRunner(backend: try CPUBackend(threads: threads))
            return [
                try runner.run(
                    Convolution(test.window, groups: test.groups, hasBias: false),
                    [(test.input, x), (test.filter, filter)], count: test.samples)[0],
                try runner.run(
                    ConvolutionInputGradient(test.window, groups: test.groups, inputShape: test.input.shape),
                    [(output, dy), (test.filter, filter)], count: test.samples)[0],
                try runner.run(
                    ConvolutionFilterGradient(test.window, groups: test.groups, outputChannels: test.outputChannels),
                    [(test.input, x), (output, dy)], count: test.samples)[0],
            ]
        }
        #expect(results[0] == results[1])
        #expect(results[0] == results[2])
    }

    /// The indices of each product's factors and sum: output, input, filter.
    private func forEachTerm(_ test: ConvolutionCase, _ body: (_ y: Int, _ x: Int, _ w: Int) -> Void) throws {
        let geometry = try test.window.geometry(over: test.input.shape)
        let (groupInputs, groupOutputs) = (test.channels / test.groups, test.outputChannels / test.groups)
        for n in 0..<test.samples {
            for p in 0..<geometry.outputHeight {
                for q in 0..<geometry.outputWidth {
                    for i in 0..<test.window.height {
                        for j in 0..<test.window.width {
                            let row = p * test.window.strideHeight + i * test.window.dilationHeight - geometry.padTop
                            let column =
                                q * test.window.strideWidth + j * test.window.dilationWidth - geometry.padLeft
                            guard row >= 0, row < test.height, column >= 0, column < test.width else { continue }
                            for k in 0..<test.outputChannels {
                                for c in 0..<groupInputs {
                                    body(
                                        ((n * geometry.outputHeight + p) * geometry.outputWidth + q)
                                            * test.outputChannels + k,
                                        ((n * test.height + row) * test.width + column) * test.channels
                                            + k / groupOutputs * groupInputs + c,
                                        ((i * test.window.width + j) * groupInputs + c) * test.outputChannels + k)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func convolve(_ test: ConvolutionCase, _ x: [Float], _ filter: [Float], _ bias: [Float]) throws -> [Double]
    {
        let geometry = try test.window.geometry(over: test.input.shape)
        let places = test.samples * geometry.outputHeight * geometry.outputWidth
        var y = (0..<places * test.outputChannels).map { Double(bias[$0 % test.outputChannels]) }
        try forEachTerm(test) { output, input, weight in
            y[output] += Double(x[input]) * Double(filter[weight])
        }
        return y
    }
}
