/// The block of MobileNets in one (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018): a
/// convolution that expands the channels, a depthwise one, and a 1×1 one that projects to few channels again, with a
/// residual added before the last activation if there is one. Made by fusion for inference, so that the expanded tensors are
/// never stored.
///
/// Without expansion it is a depthwise separable convolution; the expansion may be of any size, as a network's first.
///
/// Inputs: x `[N, H, W, C]`, then filter and bias, if it has one, of each convolution in turn, as `Convolution` has them,
/// then the residual, of the output's shape. Output: `[N, P, Q, K]`.
public struct InvertedResidual: Operation, Hashable {
    public static let name = "invertedResidual"
    /// What makes the depthwise convolution's input, or nil where that reads x.
    public let expansion: Convolution?
    /// A filter a channel.
    public let depthwise: Convolution
    /// 1×1, of stride 1.
    public let projection: Convolution
    /// Whether a last input is added before the projection's activation.
    public let isResidual: Bool

    /// A block of these convolutions.
    public init(expansion: Convolution?, depthwise: Convolution, projection: Convolution, isResidual: Bool) {
        self.expansion = expansion
        self.depthwise = depthwise
        self.projection = projection
        self.isResidual = isResidual
    }

    /// The convolutions in the order in which they are computed.
    public var convolutions: [Convolution] { [expansion, depthwise, projection].compactMap { $0 } }

    /// The place of each convolution's filter among the inputs; its bias follows.
    public var filterInputs: [Int] {
        var next = 1
        return convolutions.map { convolution in
            defer { next += convolution.hasBias ? 2 : 1 }
            return next
        }
    }

    /// (x, filters and biases[, residual]) → y.
    public func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        let results = try results(for: inputs)
        let filter = inputs[filterInputs[convolutions.count - 2]].shape
        guard depthwise.groups == filter[3], filter[2] == 1 else {
            throw ShapeMismatch(
                "its depthwise filter \(filter) is not one filter for each of its \(filter[3]) channels")
        }
        guard projection.isPointwise else { throw ShapeMismatch("its projection is not 1×1 of stride 1") }
        let output = results[results.count - 1]
        if isResidual, inputs[inputs.count - 1] != output {
            throw ShapeMismatch("adds \(inputs[inputs.count - 1]) to \(output)")
        }
        return [output]
    }

    /// What each of the convolutions gives.
    public func results(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        try expect(inputs, 1 + convolutions.reduce(0) { $0 + ($1.hasBias ? 2 : 1) } + (isResidual ? 1 : 0))
        var results: [TensorDescription] = []
        for (convolution, filter) in zip(convolutions, filterInputs) {
            let operands = inputs[filter...(convolution.hasBias ? filter + 1 : filter)]
            results += try convolution.outputs(for: [results.last ?? inputs[0]] + operands)
        }
        return results
    }

    public func cost(inputs: [TensorDescription], outputs: [TensorDescription], samples: Int) -> Cost {
        var cost = Cost.elementwise(inputs: inputs, outputs: outputs, samples: samples)
        cost.flops = 0
        for (result, filter) in zip((try? results(for: inputs)) ?? [], filterInputs) {
            cost.flops += convolutionCost(inputs, outputs, output: result, filter: inputs[filter].shape, samples).flops
        }
        return cost
    }
}

extension Convolution {
    /// Whether each place reads the pixel at its own place alone.
    public var isPointwise: Bool {
        window.count == 1 && window.strideHeight == 1 && window.strideWidth == 1 && groups == 1
            && [.valid, .same, .explicit(top: 0, bottom: 0, left: 0, right: 0)].contains(window.padding)
    }
}
