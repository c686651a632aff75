extension Graph {
    /// Puts batch normalisation by known statistics into the convolution or dense layer before it, where nothing else reads
    /// what that gives: `w′ = w · γ / σ`, `b′ = β + (b − mean) · γ / σ` for each output channel, computed in `Double`.
    ///
    /// The stored weights stay as they are: folded ones are parameters of names of their own, and the normalisation's are
    /// no longer read. To be called on an inference graph, before `fuse`.
    /// - Parameter values: the values of a parameter or state of this graph.
    /// - Returns: the values of the folded parameters, by name.
    /// - Throws: what `values` throws.
    public mutating func foldBatchNormalization(
        reading values: (_ name: String) throws -> [Float]
    ) throws -> [String: [Float]] {
        let readers = readerCounts
        let kept = Set(outputs.values)
        var producers: [ValueID: Int] = [:]
        var result: [Node] = []
        var folded: [String: [Float]] = [:]
        for node in nodes {
            if let normalization = node.operation as? BatchNormalizationInference, let input = node.inputs.first,
                readers[input] == 1, !kept.contains(input), let index = producers[input],
                let product = FoldableProduct(result[index].operation),
                isOwn(result[index].inputs.dropFirst(), readers), isOwn(node.inputs.dropFirst(), readers)
            {
                let producer = result[index]
                let stored = try (producer.inputs.dropFirst() + node.inputs.dropFirst()).map {
                    try values(self[$0].name)
                }
                let (weight, bias) = normalization.fold(
                    weight: stored[0], bias: product.hasBias ? stored[1] : nil, statistics: stored.suffix(4))
                let weightName = rename(producer.inputs[1], to: "\(self[producer.inputs[1]].name) (folded)")
                let biasName = rename(node.inputs[2], to: "\(self[node.inputs[2]].name) (folded)")
                folded[weightName] = weight
                folded[biasName] = bias
                result[index] = Node(
                    operation: product.withBias, inputs: [producer.inputs[0], producer.inputs[1], node.inputs[2]],
                    outputs: node.outputs, layer: producer.layer, phase: node.phase)
                for output in node.outputs { producers[output] = index }
                continue
            }
            for output in node.outputs { producers[output] = result.count }
            result.append(node)
        }
        replaceNodes(result)
        return folded
    }

    /// Whether these are parameters and states that only one operation reads.
    private func isOwn(_ ids: ArraySlice<ValueID>, _ readers: [ValueID: Int]) -> Bool {
        ids.allSatisfy { id in
            switch self[id].kind {
            case .parameter, .state: readers[id] == 1
            case .input, .activation: false
            }
        }
    }
}

/// A convolution or dense layer without activation: each output channel is a linear function with weights of its own.
private struct FoldableProduct {
    let hasBias: Bool
    let withBias: any Operation

    init?(_ operation: any Operation) {
        switch operation {
        case let convolution as Convolution where convolution.activation == .identity:
            hasBias = convolution.hasBias
            withBias = Convolution(convolution.window, groups: convolution.groups)
        case let dense as Dense where dense.activation == .identity:
            hasBias = dense.hasBias
            withBias = Dense()
        default: return nil
        }
    }
}

extension BatchNormalizationInference {
    /// Weight `[…, channels]` and bias with this normalisation in them.
    /// - Parameter statistics: γ, β, mean and variance.
    fileprivate func fold(
        weight: [Float], bias: [Float]?, statistics: ArraySlice<[Float]>
    ) -> (weight: [Float], bias: [Float]) {
        let (scale, shift, mean, variance) = (
            statistics[statistics.startIndex], statistics[statistics.startIndex + 1],
            statistics[statistics.startIndex + 2], statistics[statistics.startIndex + 3]
        )
        let factors = scale.indices.map { Double(scale[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot() }
        var folded = weight
        for row in stride(from: 0, to: weight.count, by: factors.count) {
            for channel in factors.indices {
                folded[row + channel] = Float(Double(weight[row + channel]) * factors[channel])
            }
        }
        let foldedBias = factors.indices.map { channel in
            let before = Double(bias?[channel] ?? 0)
            return Float(Double(shift[channel]) + (before - Double(mean[channel])) * factors[channel])
        }
        return (folded, foldedBias)
    }
}
