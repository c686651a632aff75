extension Graph {
    /// Has gradients added up in memory that outlives a run, so that something may act between the gradients and the
    /// updates by them: other runs (micro-batches), other devices, the host.
    ///
    /// Each is added to its sum as soon as it is complete, so that its own memory is soon free again.
    /// - Parameter gradients: each parameter's gradient, as `differentiate` gives them.
    /// - Returns: each parameter's sum, which updates take in place of the gradient.
    /// - Throws: `GraphError` when a parameter has a sum already.
    public mutating func accumulate(_ gradients: [ValueID: ValueID]) throws -> [ValueID: ValueID] {
        var sums: [ValueID: ValueID] = [:]
        var sumsOfGradient: [ValueID: [ValueID]] = [:]
        for parameter in parameters {
            guard let gradient = gradients[parameter] else { continue }
            let sum = try gradientSum(of: parameter)
            sums[parameter] = sum
            sumsOfGradient[gradient, default: []].append(sum)
        }
        replaceNodes(
            nodes.flatMap { node in
                [node]
                    + node.outputs.flatMap { gradient in
                        (sumsOfGradient[gradient] ?? []).map { sum in
                            Node(
                                operation: GradientAccumulation(), inputs: [gradient, sum], outputs: [],
                                layer: node.layer, phase: .backward)
                        }
                    }
            })
        return sums
    }
}
