import Ocellus

extension Model {
    /// The weights of a network whose logits are divided by the calibration's temperature: those of its last layer, which is a
    /// dense one or, as in SqueezeNet, a convolution before a ReLU and a mean, all of which pass a factor on.
    ///
    /// - Throws: `ModelError` when what comes before the softmax passes none on.
    func calibratedWeights(of graph: Graph) throws -> ModelWeights {
        guard let temperature = calibration?.temperature, temperature != 1 else { return weights }
        let scaled = try graph.lastWeights(before: graph.nodes.first { $0.operation is Softmax }?.inputs.first)
        return ModelWeights(
            try graph.storedValues.map { graph[$0] }.map { value in
                let values = try weights.values(of: value.name)
                return NamedTensor(
                    value.name, value.description.shape,
                    scaled.contains(value.name) ? values.map { Float(Double($0) / temperature) } : values)
            })
    }
}

extension Graph {
    /// The names of the weights and biases whose factor is one of a value.
    fileprivate func lastWeights(before value: ValueID?) throws -> Set<String> {
        var value = value
        while let node = nodes.first(where: { node in value.map(node.outputs.contains) ?? false }) {
            let isLinear =
                switch node.operation {
                case let dense as Dense: [.identity, .relu].contains(dense.activation)
                case let convolution as Convolution: [.identity, .relu].contains(convolution.activation)
                default: false
                }
            if isLinear { return Set(node.inputs.dropFirst().map { self[$0].name }) }
            switch node.operation {
            case is GlobalAveragePooling, is Reshape, is AveragePooling: value = node.inputs.first
            case let activation as Activation where activation.function == .relu: value = node.inputs.first
            default: value = nil
            }
        }
        throw ModelError(
            "the model", "is calibrated, and its last layers pass no temperature on: it cannot be written as ONNX.")
    }
}
