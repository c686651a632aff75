import OcellusGraph
import Testing

/// One differentiable operation under a loss: operation → flatten → dense with fixed weights → softmax cross-entropy.
struct GradientCase: CustomTestStringConvertible, Sendable {
    let operation: any DifferentiableOperation & OracleOperation
    let inputs: [TestInput]
    /// Indices of the inputs that have a gradient.
    let differentiable: [Int]

    init(_ operation: any DifferentiableOperation & OracleOperation, _ inputs: [TestInput], differentiable: [Int]) {
        self.operation = operation
        self.inputs = inputs
        self.differentiable = differentiable
    }

    var testDescription: String { "\(operation)" }
}

extension GradientCase {
    /// Every differentiable operation, small.
    static let all: [GradientCase] =
        convolutions + [
            GradientCase(Dense(), [features(4), weights([4, 3]), weights([3])], differentiable: [0, 1, 2]),
            GradientCase(
                Dense(hasBias: false, activation: .relu), [features(4), weights([4, 3])], differentiable: [0, 1]),
        ] + matrixProducts + [
            GradientCase(MaxPooling(Window(2, stride: 2)), [picture([5, 4, 2], .distinct)], differentiable: [0]),
            GradientCase(
                MaxPooling(Window(3, stride: 2, padding: .same)), [picture([5, 4, 2], .distinct)],
                differentiable: [0]),
            GradientCase(
                AveragePooling(Window(3, stride: 2, padding: .same)), [picture([5, 4, 2])], differentiable: [0]),
            GradientCase(
                AveragePooling(
                    Window(2, stride: 1, padding: .explicit(top: 1, bottom: 0, left: 0, right: 1)),
                    countsPadding: true), [picture([4, 3, 2])], differentiable: [0]),
            GradientCase(GlobalAveragePooling(), [picture([3, 2, 4])], differentiable: [0]),
            GradientCase(Dropout(rate: 0.4, layer: 2), [picture([3, 3, 2])], differentiable: [0]),
            GradientCase(
                ResidualConvolution(Convolution(Window(3, padding: .same), activation: .relu)),
                [picture([4, 3, 2]), weights([3, 3, 2, 3]), weights([3]), picture([4, 3, 3])],
                differentiable: [0, 1, 2, 3]),
            GradientCase(
                Concatenate(), [picture([2, 3, 2]), picture([2, 3, 1]), picture([2, 3, 3])],
                differentiable: [0, 1, 2]),
            GradientCase(
                LayerNormalization(), [picture([2, 3, 4]), weights([4]), weights([4])], differentiable: [0, 1, 2]),
            GradientCase(ChannelScale(), [picture([2, 3, 4]), features(4)], differentiable: [0, 1]),
            GradientCase(ChannelScale(), [picture([2, 3, 4]), weights([4])], differentiable: [0, 1]),
            GradientCase(Reshape([3, 4]), [picture([2, 3, 2])], differentiable: [0]),
        ]
        + ofOutput.map {
            GradientCase(
                Add(activation: $0), [picture([2, 3, 2], .uniform(-5...5)), picture([2, 3, 2], .uniform(-5...5))],
                differentiable: [0, 1])
        }
        + ActivationFunction.allCases.flatMap {
            [
                GradientCase(Activation($0), [picture([3, 3, 2], .uniform(-9...9))], differentiable: [0]),
                GradientCase(
                    BatchNormalization(activation: $0),
                    [
                        picture([3, 2, 3]), weights([3], .uniform(2...5)), weights([3]), weights([3]),
                        weights([3], .uniform(0.5...1)),
                    ], differentiable: [0, 1, 2]),
            ]
        }

    /// Those that a fused operation can have in training.
    private static let ofOutput = ActivationFunction.allCases.filter(\.hasGradientOfOutput)

    private static let convolutions: [GradientCase] = {
        let settings: [(Window, channels: Int, outputs: Int, groups: Int)] = [
            (Window(3), 2, 3, 1), (Window(2, 3, stride: 2, strideWidth: 1, padding: .same), 3, 2, 1),
            (Window(2, dilation: 2), 2, 2, 1), (Window(3, stride: 2, padding: .same), 3, 6, 3),
            (Window(3, padding: .explicit(top: 2, bottom: 0, left: 1, right: 2)), 4, 4, 2),
        ]
        return settings.enumerated().flatMap { index, setting in
            let (window, channels, outputs, groups) = setting
            let activation = ofOutput[index % ofOutput.count]
            let convolution = Convolution(window, groups: groups, activation: activation)
            let inputs = [
                picture([5, 6, channels]), weights([window.height, window.width, channels / groups, outputs]),
                weights([outputs]),
            ]
            return [
                GradientCase(convolution, inputs, differentiable: [0, 1, 2]),
                GradientCase(
                    PooledConvolution(convolution, keepsWinners: true), inputs, differentiable: [0, 1, 2]),
            ]
        }
    }()

    private static let matrixProducts = [(false, false), (false, true), (true, false), (true, true)].map {
        (left, right) in
        GradientCase(
            MatrixMultiplication(transposesLeft: left, transposesRight: right),
            [
                TestInput(TensorDescription(left ? [3, 2] : [2, 3], batched: true)),
                TestInput(TensorDescription(right ? [4, 3] : [3, 4], batched: true)),
            ], differentiable: [0, 1])
    }

    private static func picture(_ shape: Shape, _ content: TestInput.Content = .uniform(-1...1)) -> TestInput {
        TestInput(TensorDescription(shape, batched: true), content)
    }

    private static func features(_ count: Int) -> TestInput { TestInput(TensorDescription([count], batched: true)) }

    private static func weights(_ shape: Shape, _ content: TestInput.Content = .uniform(-1...1)) -> TestInput {
        TestInput(TensorDescription(shape, batched: false), content)
    }
}
