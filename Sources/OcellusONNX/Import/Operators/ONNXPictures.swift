import Ocellus

/// Pooling, normalisation and what joins pictures.
extension ONNXOperators {
    static let pictures: [String: ONNXOperator] = [
        "MaxPool": maxPool, "AveragePool": averagePool, "GlobalAveragePool": globalAveragePool,
        "ReduceMean": reduceMean,
        "BatchNormalization": batchNormalization, "LayerNormalization": layerNormalization, "Concat": concat,
    ]

    @Sendable private static func maxPool(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(
            node, ["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"])
        let input = try reader.picture(reader.result(node.requiredInput(0), of: node), node)
        let window = try attributes.window(over: input.sample)
        var result = input
        (result.layer, result.sample) = try reader.append(reader.layerName(node), on: [input.layer]) {
            MaxPoolingLayer(window, name: $0)
        }
        return .value(result)
    }

    @Sendable private static func averagePool(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(
            node, ["auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"])
        let input = try reader.picture(reader.result(node.requiredInput(0), of: node), node)
        let window = try attributes.window(over: input.sample)
        let countsPadding = try attributes.int("count_include_pad", default: 0) != 0
        // What lies beyond the padding never counts, and a window has but one padding.
        guard try !countsPadding || attributes.window().padding == window.padding else {
            throw ONNXFault("its ceil_mode together with count_include_pad is not supported")
        }
        var result = input
        (result.layer, result.sample) = try reader.append(reader.layerName(node), on: [input.layer]) {
            AveragePoolingLayer(window, countsPadding: countsPadding, name: $0)
        }
        return .value(result)
    }

    @Sendable private static func globalAveragePool(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        _ = try ONNXAttributes(node, [])
        let input = try reader.picture(reader.result(node.requiredInput(0), of: node), node)
        return .value(try reader.appendMeans(of: input, axes: [.batch, .sample(0), .one, .one], node))
    }

    @Sendable private static func reduceMean(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(node, ["axes", "keepdims", "noop_with_empty_axes"])
        let input = try reader.result(node.requiredInput(0), of: node)
        let axes =
            try attributes.ints("axes") ?? node.optionalInput(1).flatMap { try reader.constant($0).integers } ?? []
        let places = Set(try axes.map { try input.place($0) })
        let reduced = Set(places.map { input.axes[$0] })
        guard input.sample.count == 3, reduced == [.sample(0), .sample(1)], !places.isEmpty else {
            throw ONNXFault(
                "it takes the mean of \(input.description) over the axes \(axes); over height and width is supported")
        }
        let keeps = try attributes.int("keepdims", default: 1) != 0
        let left: [ONNXValue.Axis] = input.axes.indices.compactMap { place in
            if places.contains(place) { return keeps ? .one : nil }
            return input.axes[place] == .sample(2) ? .sample(0) : input.axes[place]
        }
        return .value(try reader.appendMeans(of: input, axes: left, node))
    }

    @Sendable private static func batchNormalization(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(node, ["epsilon", "momentum", "spatial", "training_mode"])
        guard try attributes.int("training_mode", default: 0) == 0, try attributes.int("spatial", default: 1) == 1
        else {
            throw ONNXFault(
                "it normalises by the batch's own statistics, or by statistics of each pixel; export it for inference")
        }
        let input = try reader.result(node.requiredInput(0), of: node)
        guard input.axes.count > 1, input.isChannels(1), let channels = input.sample.last else {
            throw ONNXFault("its input \(input.description) has no channels on its second axis")
        }
        let names = ["weight", "bias", "running_mean", "running_var"]
        let parameters = try names.enumerated().map { place, name in
            let constant = try reader.constant(node.requiredInput(place + 1))
            guard constant.shape == [channels] else {
                throw ONNXFault("its \(name) is \(constant.shape) and should be [\(channels)]")
            }
            return NamedTensor(name, [channels], constant.floats)
        }
        let (epsilon, momentum) = (
            try attributes.float("epsilon", default: 1e-5), try attributes.float("momentum", default: 0.9)
        )
        var result = input
        result.layer = try reader.append(
            reader.layerName(node, weight: node.requiredInput(1)), on: [input.layer], parameters: parameters
        ) {
            BatchNormalizationLayer(epsilon: epsilon, momentum: momentum, tracksUnbiasedVariance: true, name: $0)
        }.name
        return .value(result)
    }

    @Sendable private static func layerNormalization(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(node, ["axis", "epsilon", "stash_type"])
        let input = try reader.result(node.requiredInput(0), of: node)
        let axis = try input.place(attributes.int("axis", default: -1))
        guard axis == input.axes.count - 1, input.isChannels(axis), let channels = input.sample.last else {
            throw ONNXFault(
                "it normalises \(input.description) from the axis \(axis); over the channels, last, is supported")
        }
        let weight = try reader.constant(node.requiredInput(1)).floats
        let bias = try node.optionalInput(2).map { try reader.constant($0).floats }
        guard weight.count == channels, bias?.count ?? channels == channels else {
            throw ONNXFault("its weight and bias should have \(channels) elements")
        }
        let parameters = [
            NamedTensor("weight", [channels], weight),
            NamedTensor("bias", [channels], bias ?? [Float](repeating: 0, count: channels)),
        ]
        let epsilon = try attributes.float("epsilon", default: 1e-5)
        var result = input
        result.layer = try reader.append(
            reader.layerName(node, weight: node.requiredInput(1)), on: [input.layer], parameters: parameters
        ) { LayerNormalizationLayer(epsilon: epsilon, name: $0) }.name
        return .value(result)
    }

    @Sendable private static func concat(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let axis = try ONNXAttributes(node, ["axis"]).int("axis", default: 0)
        let entries = try node.input.map { try reader.entry($0) }
        if let extents = entries.extents { return .extents(extents) }
        var parts = try node.input.map { try reader.result($0, of: node) }
        if parts.contains(where: { $0.sample.count == 3 }) { parts = try parts.map { try reader.picture($0, node) } }
        guard let first = parts.first, parts.count >= 2, let place = try? first.place(axis), first.isChannels(place),
            parts.allSatisfy({ $0.axes == first.axes && $0.flattenedPicture == nil })
        else {
            throw ONNXFault("it joins values along the axis \(axis); along the channels of alike values is supported")
        }
        var result = first
        (result.layer, result.sample) = try reader.append(reader.layerName(node), on: parts.map(\.layer)) {
            ConcatenateLayer(name: $0)
        }
        return .value(result)
    }
}

extension ONNXGraphReader {
    fileprivate mutating func appendMeans(
        of picture: ONNXValue, axes: [ONNXValue.Axis], _ node: ONNXNode
    ) throws -> ONNXValue {
        let (layer, sample) = try append(layerName(node), on: [picture.layer]) { GlobalAveragePoolingLayer(name: $0) }
        return ONNXValue(layer: layer, sample: sample, axes: axes)
    }
}

extension [ONNXEntry] {
    /// All their numbers one after the other, where they are lists of extents or whole numbers.
    fileprivate var extents: [ONNXEntry.Extent]? {
        var result: [ONNXEntry.Extent] = []
        for entry in self {
            guard let part = entry.extents else { return nil }
            result += part
        }
        return result.count <= 64 ? result : nil
    }
}
