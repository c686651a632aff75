extension Graph {
    /// Puts an inverted residual block in place of each depthwise convolution with the 1×1 convolution that alone reads it,
    /// and with the convolution before it, where nothing else reads that and the backend can run all three. For inference:
    /// what gradients need is not kept.
    mutating func fuseInvertedResiduals(
        where supports: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) {
        let readers = readerCounts
        let kept = Set(outputs.values)
        var result: [Node?] = []
        var place: [ValueID: Int] = [:]
        /// The convolution whose output only `node` reads, as its first input.
        func producer(of node: Node) -> (index: Int, node: Node)? {
            guard let input = node.inputs.first, readers[input] == 1, !kept.contains(input), let index = place[input],
                let producer = result[index], producer.operation is Convolution
            else { return nil }
            return (index, producer)
        }
        for node in nodes {
            var node = node
            if let depthwise = producer(of: node) {
                for expansion in [producer(of: depthwise.node), nil] {
                    guard let fused = invertedResidual(expansion?.node, depthwise.node, node) else { continue }
                    let (inputs, outputs) = descriptions(of: fused)
                    guard supports(fused.operation, inputs, outputs) else { continue }
                    result[depthwise.index] = nil
                    if let expansion { result[expansion.index] = nil }
                    node = fused
                    break
                }
            }
            for output in node.outputs { place[output] = result.count }
            result.append(node)
        }
        replaceNodes(result.compactMap { $0 })
    }

    /// Three convolutions as one block, or nil where they are none.
    private func invertedResidual(_ expansion: Node?, _ depthwise: Node, _ projection: Node) -> Node? {
        let residual = projection.operation as? ResidualConvolution
        guard let depthwiseConvolution = depthwise.operation as? Convolution, depthwiseConvolution.groups > 1,
            let projectionConvolution = residual?.convolution ?? (projection.operation as? Convolution)
        else { return nil }
        let block = InvertedResidual(
            expansion: expansion?.operation as? Convolution, depthwise: depthwiseConvolution,
            projection: projectionConvolution, isResidual: residual != nil)
        let node = Node(
            operation: block,
            inputs: (expansion?.inputs ?? [depthwise.inputs[0]]) + depthwise.inputs.dropFirst()
                + projection.inputs.dropFirst(),
            outputs: projection.outputs, layer: depthwise.layer, phase: projection.phase)
        let (inputs, outputs) = descriptions(of: node)
        return (try? block.outputs(for: inputs)) == outputs ? node : nil
    }
}
