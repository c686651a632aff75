/// What an operation's gradient rule works with: its node, the gradients of its outputs, and a graph to append to.
public struct GradientBuilder {
    /// The operation's inputs.
    public let inputs: [ValueID]
    /// The operation's outputs.
    public let outputs: [ValueID]
    /// The gradients of the outputs; nil where nothing depends on an output.
    public let outputGradients: [ValueID?]
    /// The graph so far.
    public fileprivate(set) var graph: Graph

    fileprivate let layer: String
    fileprivate let wanted: Set<Int>
    fileprivate var inputGradients: [Int: ValueID] = [:]

    /// Whether an input's gradient is of use.
    public func needsGradient(ofInput index: Int) -> Bool { wanted.contains(index) }

    /// The gradient of an output, the first unless said otherwise.
    /// - Throws: `GraphError` when nothing depends on that output.
    public func gradientOfOutput(_ index: Int = 0) throws -> ValueID {
        guard let gradient = outputGradients[index] else {
            throw GraphError("layer '\(layer)': nothing depends on its output \(index)")
        }
        return gradient
    }

    /// The gradient of the first output as it was before an activation that made it.
    mutating func gradientBefore(_ activation: ActivationFunction) throws -> ValueID {
        let gradient = try gradientOfOutput()
        guard activation != .identity else { return gradient }
        guard activation.hasGradientOfOutput else {
            throw GraphError(
                "layer '\(layer)': the gradient of \(activation.rawValue) takes what it was applied to, which a fused "
                    + "operation does not keep; fuse with keepsGradients")
        }
        return try append(ActivationGradient(activation), [gradient, outputs[0]])[0]
    }

    /// Appends a backward operation.
    /// - Returns: its outputs.
    public mutating func append(_ operation: any Operation, _ inputs: [ValueID]) throws -> [ValueID] {
        try graph.append(operation, inputs, layer: layer, phase: .backward)
    }

    /// Says what an input's gradient is.
    public mutating func setGradient(ofInput index: Int, to gradient: ValueID) { inputGradients[index] = gradient }
}

extension Graph {
    /// Appends the backward operations of a loss.
    ///
    /// The loss is the operation that made `loss`; it starts the chain itself, because its gradient needs no other
    /// (`SoftmaxCrossEntropy`). A value used by several operations gets the sum of their gradients.
    ///
    /// - Returns: the gradient of each of `targets` that the loss depends on.
    /// - Throws: `GraphError` when an operation on the way has no gradient.
    public mutating func differentiate(_ loss: ValueID, withRespectTo targets: [ValueID]) throws -> [ValueID: ValueID] {
        let forward = nodes
        let wanted = valuesThatDepend(on: Set(targets), in: forward)
        var gradients: [ValueID: ValueID] = [:]
        for node in forward.reversed() {
            let isLoss = node.outputs.contains(loss)
            guard isLoss || node.outputs.contains(where: { gradients[$0] != nil }) else { continue }
            let wantedInputs = node.inputs.indices.filter { wanted.contains(node.inputs[$0]) }
            guard !wantedInputs.isEmpty else { continue }
            guard let operation = node.operation as? any DifferentiableOperation else {
                throw GraphError("layer '\(node.layer)': \(node.operation.name) has no gradient")
            }
            var builder = GradientBuilder(
                inputs: node.inputs, outputs: node.outputs, outputGradients: node.outputs.map { gradients[$0] },
                graph: self, layer: node.layer, wanted: Set(wantedInputs))
            try operation.differentiate(&builder)
            self = builder.graph
            for (index, gradient) in builder.inputGradients.sorted(by: { $0.key < $1.key }) {
                let value = node.inputs[index]
                if let sum = gradients[value] {
                    gradients[value] = try append(Add(), [sum, gradient], layer: node.layer, phase: .backward)[0]
                } else {
                    gradients[value] = gradient
                }
            }
        }
        return gradients.filter { targets.contains($0.key) }
    }

    private func valuesThatDepend(on sources: Set<ValueID>, in nodes: [Node]) -> Set<ValueID> {
        nodes.reduce(into: sources) { reached, node in
            if node.inputs.contains(where: reached.contains) { reached.formUnion(node.outputs) }
        }
    }
}
