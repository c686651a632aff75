extension Graph {
    /// Joins forward operations into the fused ones that a backend can run. To be called before `differentiate`, so that a
    /// fused operation brings its own gradient.
    ///
    /// - Parameters:
    ///   - keepsGradients: whether it is to be differentiated, so that what the gradients need must be kept.
    ///   - supports: whether the backend can run an operation on inputs and outputs as described.
    public mutating func fuse(
        keepsGradients: Bool = false,
        where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) {
        fuseResiduals(where: supports)
        fuseProducers(where: supports) { producer, consumer in
            guard let activation = consumer.operation as? Activation else { return nil }
            if let normalization = producer.operation as? BatchNormalization, normalization.activation == .identity {
                return normalization.followed(by: activation.function)
            }
            guard activation.function.hasGradientOfOutput || !keepsGradients else { return nil }
            switch producer.operation {
            case let convolution as Convolution where convolution.activation == .identity:
                return convolution.followed(by: activation.function)
            case let residual as ResidualConvolution where residual.convolution.activation == .identity:
                return ResidualConvolution(residual.convolution.followed(by: activation.function))
            case let dense as Dense where dense.activation == .identity:
                return Dense(hasBias: dense.hasBias, activation: activation.function)
            case let sum as Add where sum.activation == .identity:
                return Add(activation: activation.function)
            default: return nil
            }
        }
        fuseProducers(where: supports) { producer, consumer in
            guard let pooling = consumer.operation as? MaxPooling, pooling.window == PooledConvolution.pooling,
                let convolution = producer.operation as? Convolution, convolution.activation.hasGradientOfOutput
            else { return nil }
            return PooledConvolution(convolution, keepsWinners: pooling.keepsWinners)
        }
        if !keepsGradients { fuseInvertedResiduals(where: supports) }
    }

    /// Puts a convolution that adds in place of each sum of which one part is a convolution that nothing else reads. Of two
    /// such parts the later one is taken, so that its input need not be kept for longer.
    private mutating func fuseResiduals(
        where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) {
        let readers = readerCounts
        let kept = Set(outputs.values)
        var result: [Node?] = []
        var place: [ValueID: Int] = [:]
        for node in nodes {
            var node = node
            let parts = node.inputs.compactMap { place[$0] }.sorted(by: >)
            if let sum = node.operation as? Add, sum.activation == .identity, node.inputs[0] != node.inputs[1] {
                for index in parts {
                    guard let part = result[index], let convolution = part.operation as? Convolution,
                        convolution.activation == .identity, let output = part.outputs.first,
                        readers[output] == 1, !kept.contains(output)
                    else { continue }
                    let fused = Node(
                        operation: ResidualConvolution(convolution),
                        inputs: part.inputs + node.inputs.filter { $0 != output }, outputs: node.outputs,
                        layer: part.layer, phase: node.phase)
                    let (inputs, outputs) = descriptions(of: fused)
                    guard supports(fused.operation, inputs, outputs) else { continue }
                    result[index] = nil
                    node = fused
                    break
                }
            }
            for output in node.outputs { place[output] = result.count }
            result.append(node)
        }
        replaceNodes(result.compactMap { $0 })
    }

    /// How many operations read each value.
    var readerCounts: [ValueID: Int] {
        nodes.reduce(into: [:]) { readers, node in
            for input in node.inputs { readers[input, default: 0] += 1 }
        }
    }

    /// Puts one operation in place of each pair whose first has a first output that only the second reads. The first's other
    /// outputs follow after the second's.
    private mutating func fuseProducers(
        where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool,
        _ join: (_ producer: Node, _ consumer: Node) -> (any Operation)?
    ) {
        let readers = readerCounts
        let kept = Set(outputs.values)
        var result: [Node] = []
        var place: [ValueID: Int] = [:]
        for node in nodes {
            if let input = node.inputs.first, node.inputs.count == 1, let index = place[input],
                readers[input] == 1, !kept.contains(input), result[index].outputs.first == input,
                let fused = join(result[index], node)
            {
                let joined = Node(
                    operation: fused, inputs: result[index].inputs,
                    outputs: node.outputs + result[index].outputs.dropFirst(),
                    layer: result[index].layer, phase: node.phase)
                let (inputs, outputs) = descriptions(of: joined)
                if supports(fused, inputs, outputs) {
                    result[index] = joined
                    for output in node.outputs { place[output] = index }
                    continue
                }
            }
            for output in node.outputs { place[output] = result.count }
            result.append(node)
        }
        replaceNodes(result)
    }

    /// Removes operations whose results nobody reads: neither another operation, nor the host, nor a parameter or state
    /// that they change.
    public mutating func removeUnused() {
        var wanted = Set(outputs.values)
        var kept: [Node] = []
        for node in nodes.reversed()
        where !node.operation.mutatedInputs.isEmpty || node.outputs.contains(where: wanted.contains) {
            wanted.formUnion(node.inputs)
            kept.append(node)
        }
        replaceNodes(kept.reversed())
    }
}
