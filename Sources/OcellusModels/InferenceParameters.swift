import OcellusGraph

extension ParameterStore {
    /// The weights of an inference graph on a device, and the graph as the device runs it best: batch normalisation folded
    /// into what comes before it, operations fused. `weights` stay as they are; those of a file are used
    /// where it is mapped, if the device can do so.
    ///
    /// - Parameter graph: a network's inference graph; afterwards one with the same inputs and outputs, for plans whose
    ///   parameters are constant.
    /// - Throws: `ModelError` when a weight is missing or has another shape; `GraphError`, `BackendError`.
    public convenience init(
        forInferenceOf graph: inout Graph, weights: ModelWeights, backend: any Backend
    ) throws {
        let folded = try graph.foldScales { try weights.values(of: $0) }
        graph.fuse(where: backend.supports)
        try self.init(graph, weights: weights, folded: folded, backend: backend)
    }

    /// Constant weights of a graph on a device: those that were folded, and others as they are.
    ///
    /// - Parameter folded: values of the parameters that `foldScales` made, by name.
    convenience init(
        _ graph: Graph, weights: ModelWeights, folded: [String: [Float]], backend: any Backend
    ) throws {
        self.init(backend: backend)
        try checkFit(graph)
        for value in graph.storedValues.map({ graph[$0] }) {
            if let values = folded[value.name] {
                try values.withUnsafeBytes { try addConstant(value.name, value.description, bytes: $0) }
            } else {
                try weights.add(value.name, value.description, to: self)
            }
        }
    }
}
