import Ocellus

extension ONNXGraphReader {
    /// Appends the layer or layers that apply a function to each element of what a layer gives.
    mutating func append(_ function: ElementFunction, to value: ONNXValue, _ node: ONNXNode) throws -> ONNXValue {
        var result = value
        result.function = .argument
        if function.isArgument { return result }
        if let activation = function.activation {
            let name = value.functionName.isEmpty ? layerName(node) : value.functionName
            let free = isTaken(name) ? "\(name).\(activation.rawValue)" : name
            (result.layer, _) = try append(free, on: [value.layer]) { ActivationLayer(activation, name: $0) }
            return result
        }
        if let line = function.line {
            let count = value.sample.last ?? 0
            return try append(
                factors: [Float](repeating: Float(line.factor), count: count),
                shifts: [Float](repeating: Float(line.shift), count: count), to: result, node)
        }
        switch function {
        case .unary(let outer, let inner) where !inner.isArgument:
            return try append(.unary(outer, .argument), to: append(inner, to: result, node), node)
        case .binary(.add, let left, let right):
            let parts = [try append(left, to: result, node).layer, try append(right, to: result, node).layer]
            (result.layer, _) = try append(layerName(node), on: parts) { AddLayer(name: $0) }
            return result
        case .binary(let operation, let inner, .constant(let number)) where !inner.isArgument:
            let rest = ElementFunction.binary(operation, .argument, .constant(number))
            return try append(rest, to: append(inner, to: result, node), node)
        default:
            throw ONNXFault(
                "what it and the nodes before it apply to each element is no activation that there is ("
                    + ActivationFunction.allCases.map(\.rawValue).joined(separator: ", ") + ")")
        }
    }

    /// Appends a layer that multiplies each channel and adds to it.
    mutating func append(
        factors: [Float], shifts: [Float], to value: ONNXValue, _ node: ONNXNode, tensor: String? = nil
    ) throws -> ONNXValue {
        var result = value
        let count = factors.count
        let name = tensor.map { $0.contains(":") || $0.count > 200 ? layerName(node) : $0 } ?? layerName(node)
        if shifts.allSatisfy({ $0 == 0 }) {
            (result.layer, _) = try append(
                name, on: [value.layer], parameters: [NamedTensor("", [count], factors)]
            ) { ChannelScaleLayer(name: $0) }
        } else if value.sample.count == 3 {
            // A depthwise convolution of one pixel is just that.
            let tensors = [NamedTensor("weight", [1, 1, 1, count], factors), NamedTensor("bias", [count], shifts)]
            (result.layer, _) = try append(name, on: [value.layer], parameters: tensors) {
                DepthwiseConvolutionLayer(1, name: $0)
            }
        } else {
            throw ONNXFault(
                "a constant is added to its input \(value.description), which is supported for pictures only")
        }
        return result
    }
}
