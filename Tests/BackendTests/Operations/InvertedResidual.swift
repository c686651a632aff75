import OcellusGraph

extension InvertedResidual: TestedOperation {
    /// One convolution after the other, the last without its activation, the sum, then that activation.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        var x = inputs[0]
        let last = Convolution(projection.window, hasBias: projection.hasBias)
        for (convolution, filter) in zip(convolutions.dropLast() + [last], filterInputs) {
            var operands = [x] + inputs[filter...(convolution.hasBias ? filter + 1 : filter)]
            x = try convolution.evaluate(&operands, invocation)[0]
        }
        guard isResidual else { return [x.map(projection.activation.value)] }
        var summands = [x, inputs[inputs.count - 1]]
        return try Add(activation: projection.activation).evaluate(&summands, invocation)
    }

    static let isFused = true

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        BlockShape.all(&random).enumerated().map { index, shape in
            let activations = [ActivationFunction.relu6, .hardSwish, .identity, .silu, .relu]
            func convolution(_ window: Window, groups: Int, _ place: Int) -> Convolution {
                Convolution(
                    window, groups: groups, hasBias: (index + place) % 4 != 3,
                    activation: activations[(index + place) % activations.count])
            }
            let operation = InvertedResidual(
                expansion: shape.expansion.map { convolution($0, groups: 1, 0) },
                depthwise: convolution(shape.depthwise, groups: shape.expanded, 1),
                projection: convolution(Window(1), groups: 1, 2), isResidual: shape.isResidual)
            return random.operationCase(operation, shape.inputs(of: operation))
        }
    }
}

/// The shapes of an inverted residual block.
private struct BlockShape {
    /// `[H, W, C]`.
    let input: Shape
    let expansion: Window?
    /// Channels under the depthwise convolution; without an expansion they are the input's.
    let expanded: Int
    let depthwise: Window
    let outputs: Int
    let isResidual: Bool

    init(
        _ input: Shape, expansion: Window? = Window(1), _ expanded: Int, _ depthwise: Window, _ outputs: Int,
        isResidual: Bool = false
    ) {
        self.input = input
        self.expansion = expansion
        self.expanded = expanded
        self.depthwise = depthwise
        self.outputs = outputs
        self.isResidual = isResidual
    }

    func inputs(of operation: InvertedResidual) -> [TestInput] {
        var filters = [
            Shape([depthwise.height, depthwise.width, 1, expanded]), Shape([1, 1, expanded, outputs]),
        ]
        if let expansion { filters.insert([expansion.height, expansion.width, input[2], expanded], at: 0) }
        var inputs = [TestInput(TensorDescription(input, batched: true))]
        for (filter, convolution) in zip(filters, operation.convolutions) {
            inputs.append(TestInput(TensorDescription(filter, batched: false)))
            if convolution.hasBias { inputs.append(TestInput(TensorDescription([filter[3]], batched: false))) }
        }
        guard isResidual else { return inputs }
        let plain = InvertedResidual(
            expansion: operation.expansion, depthwise: operation.depthwise, projection: operation.projection,
            isResidual: false)
        let outputs = try? plain.outputs(for: inputs.map(\.description))
        return inputs + (outputs ?? []).map { TestInput($0) }
    }

    /// Blocks of MobileNets at a small size, corners, and random ones.
    static func all(_ random: inout CaseGenerator) -> [BlockShape] {
        listed + (0..<24).map { _ in draw(&random) }
    }

    private static let same = Window(3, padding: .same)
    private static let torch = Window.Padding.explicit(top: 1, bottom: 1, left: 1, right: 1)

    private static let listed: [BlockShape] = [
        // MobileNetV2's: whole and part panels, strides, both kinds of padding.
        BlockShape([14, 14, 16], 96, same, 24), BlockShape([13, 14, 24], 144, same, 24, isResidual: true),
        BlockShape([14, 13, 8], 48, Window(3, stride: 2, padding: .same), 20),
        BlockShape([15, 14, 8], 40, Window(3, stride: 2, padding: torch), 33),
        BlockShape([7, 7, 40], 160, Window(3, padding: torch), 40, isResidual: true),
        // So wide and high that one band does not hold all rows.
        BlockShape([44, 40, 4], 200, same, 6),
        // The first convolution as the expansion, with and without pads.
        BlockShape([23, 21, 3], expansion: Window(3, stride: 2, padding: torch), 32, Window(3, padding: torch), 16),
        BlockShape([20, 18, 3], expansion: Window(3, stride: 2, padding: .same), 17, same, 8, isResidual: true),
        BlockShape([12, 11, 1], expansion: Window(5, 2), 8, Window(3), 3),
        // Depthwise separable.
        BlockShape([10, 11, 32], expansion: nil, 32, same, 16),
        BlockShape([9, 8, 35], expansion: nil, 35, same, 35, isResidual: true),
        BlockShape([11, 9, 7], expansion: nil, 7, Window(3, stride: 2, padding: .same), 4),
        // Other windows: MobileNetV3's, dilated, longer strides than windows, one line.
        BlockShape([14, 14, 16], 64, Window(5, stride: 2, padding: .same), 24),
        BlockShape([12, 13, 6], 18, Window(3, dilation: 2, padding: .same), 6, isResidual: true),
        BlockShape([9, 10, 5], 9, Window(1, stride: 3), 7), BlockShape([1, 9, 4], 12, Window(1, 3, padding: .same), 5),
        // More padding than picture.
        BlockShape(
            [1, 2, 3], 5, Window(3, stride: 2, padding: .explicit(top: 4, bottom: 5, left: 4, right: 4)), 4),
        BlockShape([1, 1, 1], 2, same, 1, isResidual: true),
    ]

    private static func draw(_ random: inout CaseGenerator) -> BlockShape {
        while true {
            let channels = random.int(1...20)
            let expansion = random.pick([Window(1), Window(1), nil])
            let pads = { (random: inout CaseGenerator) in random.int(0...2) }
            let padding = random.pick(
                [
                    Window.Padding.same, .valid,
                    .explicit(top: pads(&random), bottom: pads(&random), left: pads(&random), right: pads(&random)),
                ])
            let depthwise = Window(
                random.int(1...5), random.int(1...5), stride: random.int(1...3), strideWidth: random.int(1...3),
                dilation: random.pick([1, 1, 2]), padding: padding)
            let input: Shape = [random.int(1...12), random.int(1...12), channels]
            let expanded = expansion == nil ? channels : random.int(2...80)
            // One channel of one group is no depthwise convolution.
            if expanded > 1, (try? depthwise.geometry(over: input)) != nil {
                return BlockShape(
                    input, expansion: expansion, expanded, depthwise, random.int(1...40),
                    isResidual: random.int(0...1) == 1)
            }
        }
    }
}
