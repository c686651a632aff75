import Ocellus

/// Convolutions and matrix products.
extension ONNXOperators {
    static let products: [String: ONNXOperator] = ["Conv": convolution, "Gemm": gemm, "MatMul": matMul]

    @Sendable private static func convolution(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(
            node, ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"])
        let weightName = try node.requiredInput(1)
        let weight = try reader.constant(weightName)
        guard weight.shape.count == 4, weight.count > 0 else {
            throw ONNXFault("its weight is \(weight.shape); it is to be [out, in, height, width]")
        }
        let (filters, channels) = (weight.shape[0], weight.shape[1])
        let groups = try attributes.int("group", default: 1)
        let bias = try node.optionalInput(2).map { try reader.bias($0, count: filters) }
        let name = reader.layerName(node, weight: weightName)
        let input = try reader.result(node.requiredInput(0), of: node)
        let window = try attributes.window(kernel: [weight.shape[2], weight.shape[3]])
        let shape: Shape = [window.height, window.width, channels, filters]
        let values = shape.fromOutputFirst(weight.floats)
        // Of one pixel a side that has no room in memory: squeeze-and-excitation, as exporters write it.
        if input.sample.count == 1, input.axes == [.batch, .sample(0), .one, .one], window.isPoint, groups == 1 {
            var result = input
            (result.layer, result.sample) = try reader.appendDense(
                name, on: input.layer, [channels, filters], values, bias: bias)
            return .value(result)
        }
        let picture = try reader.picture(input, node)
        var parameters = [NamedTensor("weight", shape, values)]
        if let bias { parameters.append(NamedTensor("bias", [filters], bias)) }
        let isDepthwise = groups > 1 && groups == picture.sample[2] && channels == 1 && filters % groups == 0
        let (layer, sample) = try reader.append(name, on: [picture.layer], parameters: parameters) { name in
            if isDepthwise {
                return DepthwiseConvolutionLayer(
                    window, multiplier: filters / groups, hasBias: bias != nil, name: name)
            }
            return ConvolutionLayer(filters, window, groups: groups, hasBias: bias != nil, name: name)
        }
        guard shape[2] * groups == picture.sample[2] else {
            throw ONNXFault(
                "its weight \(weight.shape) in \(groups) groups does not fit its input \(picture.description)")
        }
        return .value(ONNXValue(layer: layer, sample: sample, axes: picture.axes))
    }

    @Sendable private static func gemm(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(node, ["alpha", "beta", "transA", "transB"])
        guard try attributes.int("transA", default: 0) == 0 else {
            throw ONNXFault("its attribute 'transA' is 1, which is not supported")
        }
        let (alpha, beta) = (try attributes.float("alpha", default: 1), try attributes.float("beta", default: 1))
        let weightName = try node.requiredInput(1)
        let weight = try reader.constant(weightName)
        guard weight.shape.count == 2, weight.count > 0 else {
            throw ONNXFault("its weight is \(weight.shape); it is to be a matrix")
        }
        let isTransposed = try attributes.int("transB", default: 0) != 0
        let shape: Shape = isTransposed ? [weight.shape[1], weight.shape[0]] : [weight.shape[0], weight.shape[1]]
        var values = isTransposed ? shape.fromOutputFirst(weight.floats) : weight.floats
        if alpha != 1 { values = values.map { $0 * alpha } }
        let bias = try node.optionalInput(2).map { try reader.bias($0, count: shape[1]).map { $0 * beta } }
        let name = reader.layerName(node, weight: weightName)
        let input = try reader.features(node.requiredInput(0), shape[0], node)
        var result = input
        result.flattenedPicture = nil
        (result.layer, result.sample) = try reader.appendDense(
            name, on: input.layer, shape, input.rowsAsTheyLie(values), bias: bias)
        return .value(result)
    }

    /// A matrix product over the last axis, with the sum of a constant after it as its bias.
    @Sendable private static func matMul(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        _ = try ONNXAttributes(node, [])
        let weightName = try node.requiredInput(1)
        let weight = try reader.constant(weightName)
        guard weight.shape.count == 2, weight.count > 0 else {
            throw ONNXFault("its weight is \(weight.shape); it is to be a matrix")
        }
        let shape = Shape(weight.shape)
        var bias: [Float]?
        if let (place, sum) = reader.onlyReader(of: node.output.first ?? ""), sum.opType == "Add", sum.input.count == 2,
            let other = sum.input.first(where: { $0 != node.output.first }),
            case .constant(let constant)? = try? reader.entry(other), constant.count == shape[1],
            constant.shape.last == shape[1]
        {
            bias = constant.floats
            reader.absorb(place)
        }
        let name = reader.layerName(node, weight: weightName)
        let input = try reader.result(node.requiredInput(0), of: node)
        guard let last = input.axes.indices.last, input.sample.last == shape[0],
            input.isChannels(last) || (input.sample.count == 1 && shape[0] == 1)
        else {
            throw ONNXFault("its weight \(weight.shape) does not fit the last axis of its input \(input.description)")
        }
        var result = input
        result.flattenedPicture = nil
        if input.sample.count == 1 {
            (result.layer, result.sample) = try reader.appendDense(
                name, on: input.layer, shape, input.rowsAsTheyLie(weight.floats), bias: bias)
        } else if input.sample.count == 3 {
            var parameters = [NamedTensor("weight", [1, 1, shape[0], shape[1]], weight.floats)]
            if let bias { parameters.append(NamedTensor("bias", [shape[1]], bias)) }
            (result.layer, result.sample) = try reader.append(name, on: [input.layer], parameters: parameters) {
                ConvolutionLayer(shape[1], 1, hasBias: bias != nil, name: $0)
            }
        } else {
            throw ONNXFault("its input is \(input.description); products of features or pictures are supported")
        }
        return .value(result)
    }
}

extension ONNXGraphReader {
    fileprivate mutating func bias(_ name: String, count: Int) throws -> [Float] {
        let constant = try constant(name)
        guard constant.count == count || constant.count == 1 else {
            throw ONNXFault("its bias is \(constant.shape); it is to have \(count) elements")
        }
        return constant.count == count ? constant.floats : [Float](repeating: constant.floats[0], count: count)
    }

    /// A value as `[N, count]`.
    fileprivate mutating func features(_ name: String, _ count: Int, _ node: ONNXNode) throws -> ONNXValue {
        let value = try vector(result(name, of: node), node)
        guard value.axes.count == 2, value.sample == [count] else {
            throw ONNXFault("its input is \(value.description); it is to be [N, \(count)]")
        }
        return value
    }

    fileprivate mutating func appendDense(
        _ name: String, on input: String, _ shape: Shape, _ values: [Float], bias: [Float]?
    ) throws -> (String, [Int]) {
        var parameters = [NamedTensor("weight", shape, values)]
        if let bias { parameters.append(NamedTensor("bias", [shape[1]], bias)) }
        return try append(name, on: [input], parameters: parameters) {
            DenseLayer(shape[1], hasBias: bias != nil, name: $0)
        }
    }
}

extension ONNXValue {
    /// A matrix's rows, of which there is one a feature as ONNX counts features, in the order in which they lie here.
    fileprivate func rowsAsTheyLie(_ values: [Float]) -> [Float] {
        guard let picture = flattenedPicture else { return values }
        let (places, channels) = (picture[0] * picture[1], picture[2])
        let width = values.count / max(1, places * channels)
        var result: [Float] = []
        result.reserveCapacity(values.count)
        for place in 0..<places {
            for channel in 0..<channels {
                let row = (channel * places + place) * width
                result += values[row..<row + width]
            }
        }
        return result
    }
}
