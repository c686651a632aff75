/// Leaves out a residual block's branch in training (Huang et al., "Deep Networks with Stochastic Depth", ECCV 2016): all of
/// a sample is zeroed with probability `rate`, else divided by `1 − rate`, so that its expectation stays (torchvision's mode
/// `row`). Sample n is kept when the first word of the Philox block (0, sampleOffset + n, step, `Purpose.dropout(layer)`) as a
/// number in 0 ..< 1 is at least `rate`; so its gradient is the same operation on dy.
public struct StochasticDepth: DifferentiableOperation, Hashable {
    public static let name = "stochasticDepth"
    /// The probability of zero, 0 ..< 1.
    public let rate: Float
    /// Its number among the dropout layers of its network, so that no two share their random numbers.
    public let layer: Int

    /// Stochastic depth.
    public init(rate: Float, layer: Int) {
        self.rate = rate
        self.layer = layer
    }

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// x → y of the same shape.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1)
        guard rate >= 0, rate < 1 else { throw ShapeMismatch("its rate is \(rate); it must be 0 or more and below 1") }
        guard inputs[0].isBatched else { throw ShapeMismatch("wants a batched input, not \(inputs[0])") }
        return inputs
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        builder.setGradient(ofInput: 0, to: try builder.append(self, [builder.gradientOfOutput()])[0])
    }

    /// Whether a sample of a run is kept.
    public func keeps(_ sample: Int, in invocation: Invocation) -> Bool {
        let words = Philox(seed: invocation.seed).block(
            element: 0, sample: invocation.sampleOffset + sample, step: invocation.step, purpose: .dropout(layer: layer)
        )
        return Philox.uniform(words[0]) >= rate
    }
}
