import OcellusGraph

/// A convolution that may take on the batch normalisation after it.
protocol NormalizedConvolution: Layer {
    var hasBias: Bool { get }
    var activation: ActivationFunction { get }

    /// The same with a bias, and with another activation.
    func withBias(activation: ActivationFunction) -> Self
}

/// A layer made of others.
protocol CompositeLayer: Layer {
    /// The same of other layers, each list of them transformed.
    func mapLayers(_ transform: ([any Layer]) -> [any Layer]) -> Self
}

extension Network {
    /// The same network for weights in which batch normalisation has been folded into the convolutions before it: those have
    /// biases, and there are no normalisation layers after them.
    ///
    /// A network whose layers name their inputs stays as it is: a name might be that of a layer that would go.
    public func withFoldedNormalization() -> Network {
        Self.areConnected(layers) ? self : Network(name: name, input: input, layers: Self.folded(layers))
    }

    private static func areConnected(_ layers: [any Layer]) -> Bool {
        layers.contains { layer in
            var isConnected = layer is ConnectedLayer
            _ = (layer as? any CompositeLayer)?.mapLayers {
                isConnected = isConnected || areConnected($0)
                return $0
            }
            return isConnected
        }
    }

    private static func folded(_ layers: [any Layer]) -> [any Layer] {
        layers.reduce(into: []) { result, layer in
            if let normalization = layer as? BatchNormalizationLayer,
                let convolution = result.last as? any NormalizedConvolution, convolution.activation == .identity
            {
                result[result.count - 1] = convolution.withBias(activation: normalization.activation)
            } else if let composite = layer as? any CompositeLayer {
                result.append(composite.mapLayers(folded))
            } else {
                result.append(layer)
            }
        }
    }
}

extension ConvolutionLayer: NormalizedConvolution {
    func withBias(activation: ActivationFunction) -> ConvolutionLayer {
        ConvolutionLayer(
            filters, window, groups: groups, hasBias: true, activation: activation, initialization: initialization,
            name: name)
    }
}

extension DepthwiseConvolutionLayer: NormalizedConvolution {
    func withBias(activation: ActivationFunction) -> DepthwiseConvolutionLayer {
        DepthwiseConvolutionLayer(
            window, multiplier: multiplier, hasBias: true, activation: activation, initialization: initialization,
            name: name)
    }
}

extension ResidualLayer: CompositeLayer {
    func mapLayers(_ transform: ([any Layer]) -> [any Layer]) -> ResidualLayer {
        let (layers, shortcut) = (transform(layers), transform(shortcut))
        return ResidualLayer(activation: activation, name: name) {
            layers
        } shortcut: {
            shortcut
        }
    }
}

extension ConnectedLayer: CompositeLayer {
    func mapLayers(_ transform: ([any Layer]) -> [any Layer]) -> ConnectedLayer {
        ConnectedLayer(transform([layer]).first ?? layer, inputs: inputs)
    }
}

extension ConcatenateLayer: CompositeLayer {
    func mapLayers(_ transform: ([any Layer]) -> [any Layer]) -> ConcatenateLayer {
        ConcatenateLayer(branches.map(transform), name: name)
    }
}
