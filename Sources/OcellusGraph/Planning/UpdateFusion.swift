extension Graph {
    /// Joins optimisers' updates with the operations that make their gradients, where nothing acts between the two: no
    /// other operation reads the gradient, nor does the host. To be called after `differentiate` and the updates.
    ///
    /// The joined operation runs where the update did, so that weights change in that phase alone.
    /// - Parameter supports: whether the backend can run an operation on inputs and outputs as described.
    public mutating func fuseUpdates(
        where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) {
        let readers = readerCounts
        let kept = Set(outputs.values)
        var result: [Node?] = []
        var place: [ValueID: Int] = [:]
        for node in nodes {
            var node = node
            if let update = node.operation as? any ParameterUpdate, node.inputs.count >= 2,
                let index = place[node.inputs[1]], readers[node.inputs[1]] == 1, !kept.contains(node.inputs[1]),
                let producer = result[index], producer.operation is DenseWeightGradient
            {
                let joined = Node(
                    operation: DenseWeightUpdate(update),
                    inputs: producer.inputs + [node.inputs[0]] + node.inputs.dropFirst(2), outputs: [],
                    layer: node.layer, phase: node.phase)
                let (inputs, outputs) = descriptions(of: joined)
                if supports(joined.operation, inputs, outputs) {
                    result[index] = nil
                    node = joined
                }
            }
            for output in node.outputs { place[output] = result.count }
            result.append(node)
        }
        replaceNodes(result.compactMap { $0 })
    }
}
