import Ocellus

/// What is applied to each element, and sums and products.
extension ONNXOperators {
    static let elements: [String: ONNXOperator] = [
        "Relu": unary(.relu), "Sigmoid": unary(.sigmoid), "HardSwish": unary(.hardSwish), "Erf": unary(.erf),
        "Tanh": unary(.tanh), "Neg": unary(.negative), "Gelu": gelu, "HardSigmoid": hardSigmoid, "Clip": clip,
        "Add": binary(.add), "Sub": binary(.subtract), "Mul": binary(.multiply), "Div": binary(.divide),
    ]

    private static func unary(_ function: ElementFunction.Unary) -> ONNXOperator {
        { node, _, reader in
            _ = try ONNXAttributes(node, [])
            return .value(
                try reader.value(node.requiredInput(0)).applying(called: reader.layerName(node)) {
                    .unary(function, $0)
                })
        }
    }

    @Sendable private static func gelu(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        guard try ONNXAttributes(node, ["approximate"]).string("approximate", default: "none") == "none" else {
            throw ONNXFault("its attribute 'approximate' is not 'none', which is not supported")
        }
        return .value(
            try reader.value(node.requiredInput(0)).applying(called: reader.layerName(node)) { .unary(.gelu, $0) })
    }

    @Sendable private static func hardSigmoid(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(node, ["alpha", "beta"])
        let function = ElementFunction.Unary.hardSigmoid(
            alpha: Double(try attributes.float("alpha", default: 0.2)),
            beta: Double(try attributes.float("beta", default: 0.5)))
        return .value(
            try reader.value(node.requiredInput(0)).applying(called: reader.layerName(node)) { .unary(function, $0) })
    }

    @Sendable private static func clip(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(node, ["min", "max"])
        func limit(_ input: Int, _ name: String, _ otherwise: Float) throws -> Double {
            guard let name = node.optionalInput(input) else {
                return Double(try attributes.float(name, default: otherwise))
            }
            let constant = try reader.constant(name)
            guard constant.count == 1 else { throw ONNXFault("its limit '\(name.brief)' is no single number") }
            return Double(constant.floats[0])
        }
        let (least, most) = (try limit(1, "min", -.infinity), try limit(2, "max", .infinity))
        guard least <= most else { throw ONNXFault("its limits are \(least) and \(most)") }
        return .value(
            try reader.value(node.requiredInput(0)).applying(called: reader.layerName(node)) {
                .unary(.clip(least...most), $0)
            })
    }

    private static func binary(_ operation: ElementFunction.Binary) -> ONNXOperator {
        { node, place, reader in
            _ = try ONNXAttributes(node, [])
            let (left, right) = (try node.requiredInput(0), try node.requiredInput(1))
            if reader.isAbsorbed(place) {
                // A product's bias, which that took on.
                let first = try reader.entry(left)
                if case .value = first { return first }
                return try reader.entry(right)
            }
            switch (try reader.entry(left), try reader.entry(right)) {
            case (.value(let a), .value(let b)):
                if a.hasElements(of: b) {
                    return .value(try a.applying(called: reader.layerName(node)) { .binary(operation, $0, b.function) })
                }
                return .value(try reader.append(operation, left, right, node))
            case (.value(let a), .constant(let constant)):
                return .value(try reader.append(operation, a, left, constant, isConstantFirst: false, right, node))
            case (.constant(let constant), .value(let b)):
                return .value(try reader.append(operation, b, right, constant, isConstantFirst: true, left, node))
            default: throw ONNXFault("its inputs are no values that depend on the picture, which is not supported")
            }
        }
    }
}

extension ONNXGraphReader {
    /// A sum or product of what two layers give.
    fileprivate mutating func append(
        _ operation: ElementFunction.Binary, _ left: String, _ right: String, _ node: ONNXNode
    ) throws -> ONNXValue {
        let (a, b) = (try result(left, of: node), try result(right, of: node))
        switch operation {
        case .add:
            guard a.axes == b.axes, a.sample == b.sample, a.flattenedPicture == b.flattenedPicture else { break }
            var result = a
            result.layer = try append(layerName(node), on: [a.layer, b.layer]) { AddLayer(name: $0) }.name
            return result
        case .multiply:
            // One may be a number for each channel: what squeeze-and-excitation makes.
            for (picture, scale) in [(a, b), (b, a)] where picture.axes.count == scale.axes.count {
                let isScale = zip(picture.axes, scale.axes).enumerated().allSatisfy { place, axes in
                    axes.0 == .batch || picture.isChannels(place) || scale.extents[place] == 1
                }
                guard isScale, scale.sample.reduce(1, *) == picture.sample.last,
                    a.flattenedPicture == nil, b.flattenedPicture == nil
                else { continue }
                let vector = try vector(scale, node)
                var result = picture
                result.layer = try append(layerName(node), on: [picture.layer, vector.layer]) {
                    MultiplyLayer(name: $0)
                }.name
                return result
            }
        case .subtract, .divide: break
        }
        throw ONNXFault(
            "its inputs are \(a.description) and \(b.description); sums of one shape are supported, and products with a number "
                + "a channel")
    }

    /// A value and a constant.
    fileprivate mutating func append(
        _ operation: ElementFunction.Binary, _ value: ONNXValue, _ valueName: String, _ constant: ONNXConstant,
        isConstantFirst: Bool, _ constantName: String, _ node: ONNXNode
    ) throws -> ONNXValue {
        guard constant.count > 0, constant.shape.count <= value.axes.count else {
            throw ONNXFault("its constant is \(constant.shape), which does not fit \(value.description)")
        }
        if constant.count == 1 {
            let number = ElementFunction.constant(Double(constant.floats[0]))
            return try value.applying(called: layerName(node)) {
                isConstantFirst ? .binary(operation, number, $0) : .binary(operation, $0, number)
            }
        }
        // Extents are matched from the last, and all but the channels' are to be one.
        let offset = value.axes.count - constant.shape.count
        let isOfChannels = constant.shape.enumerated().allSatisfy { place, extent in
            extent == 1 || value.isChannels(offset + place)
        }
        guard isOfChannels, constant.count == value.sample.last, value.flattenedPicture == nil else {
            throw ONNXFault(
                "its constant is \(constant.shape); one number, or one a channel of \(value.description), is supported")
        }
        let input = try result(valueName, of: node)
        let numbers = constant.floats
        let (ones, zeros) = (numbers.map { _ in Float(1) }, numbers.map { _ in Float(0) })
        let (factors, shifts): ([Float], [Float])
        switch (operation, isConstantFirst) {
        case (.add, _): (factors, shifts) = (ones, numbers)
        case (.subtract, false): (factors, shifts) = (ones, numbers.map { -$0 })
        case (.subtract, true): (factors, shifts) = (ones.map { -$0 }, numbers)
        case (.multiply, _): (factors, shifts) = (numbers, zeros)
        case (.divide, false): (factors, shifts) = (numbers.map { 1 / $0 }, zeros)
        case (.divide, true): throw ONNXFault("it divides a constant by what is computed, which is not supported")
        }
        return try append(factors: factors, shifts: shifts, to: input, node, tensor: constantName)
    }
}
