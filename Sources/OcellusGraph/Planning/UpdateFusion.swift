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

    /// Joins equal updates of different parameters, so that a device is asked once for many. To be called last: each is put
    /// off to where the last of its kind was.
    ///
    /// - Parameter supports: whether the backend can run an operation on inputs and outputs as described.
    public mutating func joinUpdates(
        where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) {
        var places: [AnyHashable: [Int]] = [:]
        for (index, node) in nodes.enumerated() where node.phase == .update {
            guard let update = node.operation as? any ElementwiseUpdate else { continue }
            places[AnyHashable(update), default: []].append(index)
        }
        var result: [Node?] = nodes
        for places in places.values {
            for first in stride(from: 0, to: places.count, by: JoinedUpdates.limit) {
                let places = places[first..<min(first + JoinedUpdates.limit, places.count)]
                guard places.count > 1, let last = places.last,
                    let update = nodes[last].operation as? any ElementwiseUpdate
                else { continue }
                let joined = Node(
                    operation: JoinedUpdates(update, count: places.count), inputs: places.flatMap { nodes[$0].inputs },
                    outputs: [], layer: "\(nodes[places[first]].layer) and \(places.count - 1) more", phase: .update)
                let (inputs, outputs) = descriptions(of: joined)
                guard supports(joined.operation, inputs, outputs) else { continue }
                for place in places { result[place] = nil }
                result[last] = joined
            }
        }
        replaceNodes(result.compactMap { $0 })
    }
}
