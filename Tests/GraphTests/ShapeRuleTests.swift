import OcellusGraph
import Testing

@Suite("Shape rules") struct ShapeRuleTests {
    /// An operation, its inputs, and what it says to them.
    struct Refusal: Sendable {
        let operation: any Operation
        let inputs: [TensorDescription]
        let reason: String

        init(_ operation: any Operation, _ inputs: [TensorDescription], _ reason: String) {
            self.operation = operation
            self.inputs = inputs
            self.reason = reason
        }
    }

    @Test(arguments: refusals) func `Inputs that do not fit are refused with both shapes`(_ refusal: Refusal) {
        let error = #expect(throws: ShapeMismatch.self) { try refusal.operation.outputs(for: refusal.inputs) }
        #expect(error?.reason == refusal.reason)
    }

    private static func batched(_ shape: Shape, _ type: ElementType = .float32) -> TensorDescription {
        TensorDescription(shape, batched: true, type)
    }
    private static func stored(_ shape: Shape) -> TensorDescription { TensorDescription(shape, batched: false) }

    /// A block without expansion and biases.
    private static func invertedResidual(
        groups: Int, projection: Window = Window(1), isResidual: Bool = false
    ) -> InvertedResidual {
        InvertedResidual(
            expansion: nil, depthwise: Convolution(Window(3), groups: groups, hasBias: false),
            projection: Convolution(projection, hasBias: false), isResidual: isResidual)
    }

    private static let refusals: [Refusal] = [
        Refusal(
            Convolution(Window(3), groups: 2, hasBias: false), [batched([8, 8, 3]), stored([3, 3, 1, 4])],
            "its input [N, 8, 8, 3] has 3 channels, which 2 groups do not divide"),
        Refusal(
            Convolution(Window(3), groups: 2, hasBias: false), [batched([8, 8, 4]), stored([3, 3, 4, 4])],
            "its filter is [3, 3, 4, 4], but a 3×3 kernel over the input [N, 8, 8, 4] in 2 groups wants "
                + "[3, 3, 2, output channels]"),
        Refusal(
            Convolution(Window(3), groups: 2, hasBias: false), [batched([8, 8, 4]), stored([3, 3, 2, 5])],
            "its filter [3, 3, 2, 5] has 5 output channels, which 2 groups do not divide"),
        Refusal(
            Convolution(Window(1)), [batched([8, 8, 4]), stored([1, 1, 4, 5]), stored([4])],
            "wants its bias to be [5], not [4]"),
        Refusal(Convolution(Window(1)), [batched([8, 8, 4]), stored([1, 1, 4, 5])], "wants 3 inputs, not 2"),
        Refusal(
            invertedResidual(groups: 2), [batched([8, 8, 4]), stored([3, 3, 2, 6]), stored([1, 1, 6, 3])],
            "its depthwise filter [3, 3, 2, 6] is not one filter for each of its 6 channels"),
        Refusal(
            invertedResidual(groups: 4, projection: Window(1, stride: 2)),
            [batched([8, 8, 4]), stored([3, 3, 1, 4]), stored([1, 1, 4, 3])],
            "its projection is not 1×1 of stride 1"),
        Refusal(
            invertedResidual(groups: 4, isResidual: true),
            [batched([8, 8, 4]), stored([3, 3, 1, 4]), stored([1, 1, 4, 3]), batched([6, 6, 4])],
            "adds [N, 6, 6, 4] to [N, 6, 6, 3]"),
        Refusal(
            invertedResidual(groups: 4), [batched([8, 8, 4]), stored([3, 3, 1, 4])], "wants 3 inputs, not 2"),
        Refusal(
            Dense(hasBias: false), [batched([7, 7, 2]), stored([98, 3])],
            "wants features [N, C], not [N, 7, 7, 2]; put a flatten or a global pooling before it"),
        Refusal(
            Dense(hasBias: false), [batched([98]), stored([97, 3])],
            "its weight is [97, 3], but its input [N, 98] wants [98, output features]"),
        Refusal(
            MatrixMultiplication(transposesLeft: true), [batched([4, 5]), batched([5, 6])],
            "[N, 4, 5] transposed and [N, 5, 6] do not multiply: 4 columns against 5 rows"),
        Refusal(
            MatrixMultiplication(), [batched([4, 5]), stored([5, 6])],
            "wants two matrices, both batched or neither, not [N, 4, 5] and [5, 6]"),
        Refusal(
            Add(), [batched([4, 4, 8]), batched([4, 4, 16])],
            "wants inputs of one shape, not [N, 4, 4, 8] and [N, 4, 4, 16]"),
        Refusal(
            Concatenate(), [batched([4, 4, 8]), batched([4, 3, 8])],
            "its inputs [N, 4, 4, 8] and [N, 4, 3, 8] differ in more than their channels"),
        Refusal(
            ChannelSlice(start: 6, count: 3), [batched([4, 4, 8])],
            "has no channels 6 to 8 in its input [N, 4, 4, 8]"),
        Refusal(
            Reshape([5, 5]), [batched([24])], "cannot make [5, 5] (25 elements) of [N, 24] (24)"),
        Refusal(Dropout(rate: 1, layer: 0), [batched([4])], "its rate is 1.0; it must be 0 or more and below 1"),
        Refusal(
            MaxPooling(Window(17)), [batched([20, 20, 1])],
            "its window has 289 elements; at most 256 can be searched"),
        Refusal(
            MaxPoolingGradient(Window(2, stride: 2), inputShape: [8, 8, 3]),
            [batched([4, 4, 3]), batched([4, 4, 3])],
            "its gradient and winners are [N, 4, 4, 3] and [N, 4, 4, 3], not twice [N, 4, 4, 3]"),
        Refusal(
            BatchNormalizationInference(),
            [batched([4, 4, 3]), stored([3]), stored([3]), stored([3]), stored([4])],
            "wants its scale, shift and statistics to be [3], not [4]"),
        Refusal(
            SoftmaxCrossEntropy(classWeights: [1, 2]), [batched([3]), batched([3])],
            "has 2 class weights for 3 classes"),
        Refusal(
            SoftmaxCrossEntropy(), [batched([3]), batched([4])], "wants inputs of one shape, not [N, 3] and [N, 4]"),
        Refusal(
            ConvolutionFilterGradient(Window(3), outputChannels: 8), [batched([8, 8, 3]), batched([8, 8, 8])],
            "its output's gradient is [N, 8, 8, 8], but the convolution gives [N, 6, 6, 8]"),
        Refusal(SGDUpdate(momentum: 0.9), [stored([3]), stored([3])], "wants 3 inputs, not 2"),
    ]

    @Test func `What fits gives the shapes that the documentation says`() throws {
        let picture = Self.batched([11, 9, 4])
        let filter = Self.stored([3, 3, 2, 6])
        #expect(
            try Convolution(Window(3, stride: 2, padding: .same), groups: 2, hasBias: false)
                .outputs(for: [picture, filter]) == [Self.batched([6, 5, 6])])
        #expect(
            try PooledConvolution(Convolution(Window(3), groups: 2, hasBias: false), keepsWinners: true)
                .outputs(for: [picture, filter]) == [Self.batched([4, 3, 6]), Self.batched([4, 3, 6], .uint8)])
        #expect(
            try BatchNormalization().outputs(
                for: [picture] + [TensorDescription](repeating: Self.stored([4]), count: 4))
                == [picture, Self.stored([4]), Self.stored([4])])
        #expect(
            try SoftmaxCrossEntropy().outputs(for: [Self.batched([5]), Self.batched([5])])
                == [Self.batched([]), Self.batched([5])])
        #expect(try Reshape.flatten.outputs(for: [picture]) == [Self.batched([396])])
        #expect(try AdamUpdate().outputs(for: [filter, filter, filter, filter]) == [])
    }
}
