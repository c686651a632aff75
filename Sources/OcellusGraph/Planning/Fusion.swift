extension Graph {
    /// Joins forward operations into the fused ones that a backend can run. To be called before `differentiate`, so that a
    /// fused operation brings its own gradient.
    ///
    /// - Parameter supports: whether the backend can run an operation on inputs and outputs as described.
    public mutating func fuse(
        where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) {
        fuseProducers(where: supports) { producer, consumer in
            guard let activation = consumer.operation as? Activation else { return nil }
            switch producer.operation {
            case let convolution as Convolution where convolution.activation == .identity:
                return Convolution(
                    convolution.window, groups: convolution.groups, hasBias: convolution.hasBias,
                    activation: activation.function)
            case let dense as Dense where dense.activation == .identity:
                return Dense(hasBias: dense.hasBias, activation: activation.function)
            default: return nil
            }
        }
        fuseProducers(where: supports) { producer, consumer in
            guard let pooling = consumer.operation as? MaxPooling, pooling.window == PooledConvolution.pooling,
                let convolution = producer.operation as? Convolution
            else { return nil }
            return PooledConvolution(convolution, keepsWinners: pooling.keepsWinners)
        }
    }

    /// Puts one operation in place of each pair whose first has one output, which only the second reads.
    private mutating func fuseProducers(
        where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool,
        _ join: (_ producer: Node, _ consumer: Node) -> (any Operation)?
    ) {
        var readers: [ValueID: Int] = [:]
        for node in nodes { for input in node.inputs { readers[input, default: 0] += 1 } }
        let kept = Set(outputs.values)
        var result: [Node] = []
        var place: [ValueID: Int] = [:]
        for node in nodes {
            if let input = node.inputs.first, node.inputs.count == 1, let index = place[input],
                readers[input] == 1, !kept.contains(input), result[index].outputs.count == 1,
                let fused = join(result[index], node)
            {
                let joined = Node(
                    operation: fused, inputs: result[index].inputs, outputs: node.outputs,
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
