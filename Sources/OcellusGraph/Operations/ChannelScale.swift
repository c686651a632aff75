/// Each channel times a number: `y[n, …, c] = x[n, …, c] · s[n, c]` for a scale of each sample, as in squeeze-and-excitation
/// (Hu et al., CVPR 2018), or `x[n, …, c] · s[c]` for one that all samples share.
///
/// Inputs: x `[N, …, C]`, s `[N, C]` or `[C]`. Output: `[N, …, C]`.
public struct ChannelScale: DifferentiableOperation, Hashable {
    public static let name = "channelScale"

    /// A product a channel.
    public init() {}

    public var inPlace: (output: Int, input: Int)? { (0, 0) }

    /// (x, s) → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 2)
        try inputs[0].expectScale(inputs[1])
        return [inputs[0]]
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let gradient = try builder.gradientOfOutput()
        let (x, scale) = (builder.inputs[0], builder.inputs[1])
        if builder.needsGradient(ofInput: 0) {
            builder.setGradient(ofInput: 0, to: try builder.append(ChannelScale(), [gradient, scale])[0])
        }
        if builder.needsGradient(ofInput: 1) {
            let isShared = !builder.graph[scale].description.isBatched
            let sum = try builder.append(ChannelScaleGradient(isShared: isShared), [gradient, x])
            builder.setGradient(ofInput: 1, to: sum[0])
        }
    }
}

/// The gradient of `ChannelScale` by the scale: (dy, x) `[N, …, C]` → the sum of `dy · x` over the places of each sample
/// `[N, C]`, or over those of all samples `[C]`.
public struct ChannelScaleGradient: Operation, Hashable {
    public static let name = "channelScaleGradient"
    /// Whether all samples share the scale.
    public let isShared: Bool

    /// The gradient by the scale.
    public init(isShared: Bool) { self.isShared = isShared }

    /// (dy, x) → ds.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expectSame(inputs, 2)
        let channels: Shape = [inputs[0].shape.rank >= 1 ? inputs[0].shape[-1] : 0]
        let scale = TensorDescription(channels, batched: inputs[0].isBatched && !isShared)
        try inputs[0].expectScale(scale)
        return [scale]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        var cost = Cost.elementwise(inputs: inputs, outputs: outputs, samples: samples)
        cost.flops = 2 * inputs[0].count(samples: samples)
        return cost
    }
}

extension TensorDescription {
    /// Throws unless this has channels, and `scale` is one number for each of them.
    fileprivate func expectScale(_ scale: TensorDescription) throws(ShapeMismatch) {
        guard shape.rank >= 1, scale.shape == [shape[-1]], isBatched || !scale.isBatched else {
            throw ShapeMismatch("scales the channels of \(self) by \(scale); it wants one number a channel")
        }
    }
}
