import OcellusGraph

/// A network taken apart, for training some of it: its first layers, which stay as they are, and the rest.
extension Network {
    /// A layer as the network's graph has it.
    public struct OutlinedLayer: Sendable {
        /// The first part of its parameters' names.
        public let name: String
        /// The first and second words of its name: `features.14` of `features.14.conv.0.0`.
        public let block: String
        /// Whether it has weights.
        public let hasParameters: Bool
        /// The shape of what it gives for one picture.
        public let output: Shape
    }

    /// The layers in order; those of a residual block are one.
    /// - Throws: `GraphError` naming the layer that does not fit.
    public func outline() throws -> [OutlinedLayer] {
        var builder = NetworkBuilder(isTraining: false)
        var value = try builder.graph.input("images", input)
        return try layers.map { layer in
            let before = builder.graph.parameters.count
            let name = builder.name(ofNext: layer)
            value = try builder.append(layer, on: value)
            return OutlinedLayer(
                name: name, block: name.split(separator: ".").prefix(2).joined(separator: "."),
                hasParameters: builder.graph.parameters.count > before, output: builder.shape(of: value))
        }
    }

    /// The place of the layer that gives the classes' logits: the last one with weights.
    /// - Throws: `GraphError` when no layer has any.
    public func headIndex() throws -> Int {
        guard let index = try outline().lastIndex(where: \.hasParameters) else {
            throw GraphError("the network '\(name)' has no layer with weights")
        }
        return index
    }

    /// The place of the first layer that is trained when the head alone is: the head, or the dropout before it.
    /// - Throws: `GraphError` when no layer has weights.
    public func firstHeadLayer() throws -> Int {
        var index = try headIndex()
        while index > 0, layers[index - 1] is DropoutLayer { index -= 1 }
        return index
    }

    /// The place of the first layer of a block.
    ///
    /// - Parameter block: a layer's name or the start of one, as `features.14` or `layer4`.
    /// - Throws: `GraphError` with the names of all blocks when there is none of that name, or when later layers take what
    ///   layers before it give.
    public func firstLayer(ofBlock block: String) throws -> Int {
        let outline = try outline()
        if let index = outline.firstIndex(where: { ($0.name + ".").hasPrefix(block + ".") }) {
            guard canBeCut(before: index) else {
                throw GraphError(
                    "the network '\(name)' cannot be trained from '\(block)' on: later layers take what layers before it give"
                )
            }
            return index
        }
        if let whole = outline.first(where: { (block + ".").hasPrefix($0.name + ".") }) {
            throw GraphError("'\(block)' lies within the block '\(whole.name)', which is trained or frozen as a whole")
        }
        throw GraphError(
            "the network '\(name)' has no block '\(block)'; its blocks are "
                + outline.reduce(into: []) { if $0.last != $1.block { $0.append($1.block) } }.joined(separator: ", "))
    }

    /// The block from which on a network of weights that fit other pictures is usually trained: the first that works at the
    /// size of the last feature map.
    public func lastStage() throws -> String {
        let outline = try outline()
        let maps = outline.prefix(try headIndex()).filter { $0.output.rank == 3 }
        guard let last = maps.last, let first = maps.first(where: { $0.output[0] == last.output[0] }),
            let index = outline.firstIndex(where: { $0.block == first.block }), canBeCut(before: index)
        else { return outline[try headIndex()].name }
        return first.block
    }

    /// Whether the layers from `index` on take nothing but what the layer before gives.
    private func canBeCut(before index: Int) -> Bool {
        (try? build(layers: index..<layers.count, input: "features", isTraining: false)) != nil
    }

    /// The graph of some of the layers, with the names that they have in the whole network.
    ///
    /// - Parameters:
    ///   - range: places in `layers`.
    ///   - input: the name of the graph's input: what the layers before give for a picture.
    ///   - isTraining: whether batch norm and dropout behave as in training.
    /// - Throws: `GraphError` naming the layer that does not fit.
    public func build(
        layers range: Range<Int>, input inputName: String, isTraining: Bool
    ) throws -> (builder: NetworkBuilder, output: ValueID) {
        var before = NetworkBuilder(isTraining: false)
        let images = try before.graph.input("images", input)
        let given = try before.append(Array(layers[..<range.lowerBound]), on: images)
        var builder = before.continued(isTraining: isTraining)
        let start = try builder.graph.input(inputName, before.shape(of: given))
        let output = try builder.append(Array(layers[range]), on: start)
        return (builder, output)
    }

    /// The same network for another number of classes.
    /// - Throws: `GraphError` when its last layer with weights is no dense layer or convolution.
    public func replacingHead(classes: Int) throws -> Network {
        let index = try headIndex()
        var result = self
        switch layers[index] {
        case let dense as DenseLayer:
            result.layers[index] = DenseLayer(
                classes, hasBias: dense.hasBias, activation: dense.activation, initialization: dense.initialization,
                name: dense.name)
        case let convolution as ConvolutionLayer:
            result.layers[index] = ConvolutionLayer(
                classes, convolution.window, groups: convolution.groups, hasBias: convolution.hasBias,
                activation: convolution.activation, initialization: convolution.initialization, name: convolution.name)
        default:
            throw GraphError(
                "the network '\(name)' ends in a layer of kind '\(type(of: layers[index]).kind)', which cannot be made for "
                    + "\(classes) classes; end it in a dense layer")
        }
        return result
    }

    /// How much slower each parameter is to learn: 1 in the head and in what stands beside it, times `decay` for each block
    /// further from it (layer-wise rates as in ULMFiT, Howard & Ruder, ACL 2018).
    ///
    /// - Returns: the factor of each parameter of the layers from `firstLayer` on, by name.
    public func rateFactors(from firstLayer: Int, decay: Float) throws -> [String: Float] {
        let outline = try outline()
        var factors: [String: Float] = [:]
        var factor: Float = 1
        var block = outline[try headIndex()].block
        for layer in outline[firstLayer...].reversed() where layer.hasParameters {
            if layer.block != block { (block, factor) = (layer.block, factor * decay) }
            factors[layer.name] = factor
        }
        let (builder, _) = try build(layers: firstLayer..<layers.count, input: "features", isTraining: false)
        return builder.graph.parameters.reduce(into: [:]) { result, id in
            let name = builder.graph[id].name
            result[name] = factors.first { name.hasPrefix($0.key + ".") }?.value ?? 1
        }
    }
}
