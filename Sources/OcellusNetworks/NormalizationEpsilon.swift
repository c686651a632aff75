extension Network {
    /// The same network with another ε in each batch normalisation, as weights want that were trained with it.
    public func withBatchNormalization(epsilon: Float) -> Network {
        func changed(_ layers: [any Layer]) -> [any Layer] {
            layers.map { layer in
                if let composite = layer as? any CompositeLayer { return composite.mapLayers(changed) }
                guard let old = layer as? BatchNormalizationLayer else { return layer }
                return BatchNormalizationLayer(
                    epsilon: epsilon, momentum: old.momentum, tracksUnbiasedVariance: old.tracksUnbiasedVariance,
                    activation: old.activation, name: old.name)
            }
        }
        return Network(name: name, input: input, layers: changed(layers))
    }

    /// Whether its first convolution is padded as TensorFlow's `same`.
    public var hasSamePadding: Bool {
        let first = layers.lazy.compactMap { $0 as? ConvolutionLayer }.first
        return first?.window.padding == .same
    }
}
