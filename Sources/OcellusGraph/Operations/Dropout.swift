/// Inverted dropout (Srivastava et al., JMLR 2014): each element is zeroed with probability `rate`, else divided by
/// `1 − rate`. Element e of sample n is kept when word `e mod 4` of the Philox block (e / 4, sampleOffset + n, step,
/// `Purpose.dropout(layer)`) as a number in 0 ..< 1 is at least `rate`; so its gradient is the same operation on dy, and
/// no mask is stored.
public struct Dropout: DifferentiableOperation, Hashable {
    public static let name = "dropout"
    /// The probability of zero, 0 ..< 1.
    public let rate: Float
    /// The number of the dropout layer in its network, so that no two share their random numbers.
    public let layer: Int

    /// Dropout.
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
}
