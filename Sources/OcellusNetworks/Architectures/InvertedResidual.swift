import OcellusGraph

/// The block of MobileNetV3 and EfficientNet: expand, filter by depth, scale each channel, project; plus the input where
/// its shape is kept. Its parts are named as torchvision's: `block.0.0`, `block.0.1`, …
struct InvertedResidual {
    /// Channels that come, after expansion, and that go.
    let input, expanded, output: Int
    let kernel, stride: Int
    let activation: ActivationFunction
    /// Squeeze-and-excitation, if there is any.
    var squeeze: (features: Int, activation: ActivationFunction, gate: ActivationFunction)?
    /// How often a block with a residual is left out in training.
    var stochasticDepth: Float = 0

    /// The block's layers under the name given.
    func layers(_ torch: TorchBlocks, name: String) -> [any Layer] {
        let isResidual = stride == 1 && input == output
        // A residual layer puts its own name before those of its parts.
        let prefix = isResidual ? "block" : "\(name).block"
        var place = 0
        func next() -> (convolution: String, normalization: String) {
            defer { place += 1 }
            return ("\(prefix).\(place).0", "\(prefix).\(place).1")
        }
        var layers: [any Layer] = []
        if expanded != input { layers += torch.convolution(expanded, 1, activation: activation, next()) }
        layers += torch.depthwise(kernel, stride: stride, activation: activation, next())
        if let squeeze {
            layers.append(
                SqueezeExcitationLayer(
                    squeeze.features, activation: squeeze.activation, gate: squeeze.gate, name: "\(prefix).\(place)"))
            place += 1
        }
        layers += torch.convolution(output, 1, next())
        if isResidual, stochasticDepth > 0 {
            layers.append(StochasticDepthLayer(stochasticDepth, name: "stochastic_depth"))
        }
        return isResidual ? [ResidualLayer(name: name) { layers }] : layers
    }
}
