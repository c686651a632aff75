/// A fully connected layer, with bias and activation if wanted: `y[n,k] = f(b[k] + Σ x[n,c] · w[c,k])`.
///
/// Inputs: x `[N, C]`, weight `[C, K]`, bias `[K]` if there is one. Output: `[N, K]`.
public struct Dense: DifferentiableOperation, Hashable {
    public static let name = "dense"
    /// Whether a third input is added to each feature.
    public let hasBias: Bool
    /// What is applied at the end.
    public let activation: ActivationFunction

    /// A fully connected layer.
    public init(hasBias: Bool = true, activation: ActivationFunction = .identity) {
        self.hasBias = hasBias
        self.activation = activation
    }

    /// (x, weight[, bias]) → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, hasBias ? 3 : 2)
        let (x, weight) = (inputs[0], inputs[1])
        guard x.shape.rank == 1 else {
            throw ShapeMismatch("wants features [N, C], not \(x); put a flatten or a global pooling before it")
        }
        guard weight.shape.rank == 2, weight.shape[0] == x.shape[0], !weight.isBatched else {
            throw ShapeMismatch("its weight is \(weight), but its input \(x) wants [\(x.shape[0]), output features]")
        }
        if hasBias { try expect(inputs[2], is: [weight.shape[1]], "bias") }
        return [TensorDescription([weight.shape[1]], batched: x.isBatched)]
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        denseCost(inputs, outputs, weight: inputs[1].shape, samples)
    }

    public func differentiate(_ builder: inout GradientBuilder) throws {
        let gradient = try builder.gradientBefore(activation)
        let (x, weight) = (builder.inputs[0], builder.inputs[1])
        if builder.needsGradient(ofInput: 1) {
            builder.setGradient(ofInput: 1, to: try builder.append(DenseWeightGradient(), [x, gradient])[0])
        }
        if hasBias, builder.needsGradient(ofInput: 2) {
            builder.setGradient(ofInput: 2, to: try builder.append(BiasGradient(), [gradient])[0])
        }
        if builder.needsGradient(ofInput: 0) {
            builder.setGradient(ofInput: 0, to: try builder.append(DenseInputGradient(), [gradient, weight])[0])
        }
    }
}

func denseCost(
    _ inputs: [TensorDescription], _ outputs: [TensorDescription], weight: Shape, _ samples: Int
) -> Cost {
    var cost = Cost.elementwise(inputs: inputs, outputs: outputs, samples: samples)
    cost.flops = 2 * samples * weight.count
    return cost
}
