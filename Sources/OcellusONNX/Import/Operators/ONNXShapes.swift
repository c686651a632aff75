import Ocellus

/// What moves elements or only renames their axes, and the lists of extents that graphs compute for it.
extension ONNXOperators {
    static let shapes: [String: ONNXOperator] = [
        "Identity": identity, "Dropout": dropout, "Cast": cast, "Constant": constant, "Shape": shape, "Gather": gather,
        "Slice": slice, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Reshape": reshape, "Flatten": flatten,
        "Transpose": transpose,
    ]

    @Sendable private static func identity(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        try reader.entry(node.requiredInput(0))
    }

    @Sendable private static func dropout(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        _ = try ONNXAttributes(node, ["ratio", "seed", "is_test"])
        if let training = node.optionalInput(2), try reader.constant(training).integers?.first ?? 0 != 0 {
            throw ONNXFault("it drops elements as in training; export the model for inference")
        }
        return try reader.entry(node.requiredInput(0))
    }

    @Sendable private static func cast(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let type = try ONNXAttributes(node, ["to", "saturate"]).int("to", default: 0)
        let entry = try reader.entry(node.requiredInput(0))
        switch (entry, ONNXTensor.ElementType(rawValue: type)) {
        case (.value, .float), (.extents, .int64), (.extents, .int32): return entry
        case (.constant(let constant), .float) where constant.integers == nil || constant.count <= 4096:
            return .constant(ONNXConstant(constant.shape, .floats(constant.floats)))
        case (.constant(let constant), .int64) where constant.integers != nil: return entry
        default: throw ONNXFault("it converts to the type \(type), which is not supported there")
        }
    }

    @Sendable private static func constant(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(
            node, ["value", "value_float", "value_floats", "value_int", "value_ints"])
        if let tensor = try attributes.tensor("value") { return .constant(try ONNXConstant(tensor)) }
        if let numbers = try attributes.floats("value_floats") {
            return .constant(ONNXConstant([numbers.count], .floats(numbers)))
        }
        if let numbers = try attributes.ints("value_ints") {
            return .constant(ONNXConstant([numbers.count], .integers(numbers)))
        }
        if attributes.has("value_int") {
            return .constant(ONNXConstant([], .integers([try attributes.int("value_int", default: 0)])))
        }
        return .constant(ONNXConstant([], .floats([try attributes.float("value_float", default: 0)])))
    }

    @Sendable private static func shape(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let attributes = try ONNXAttributes(node, ["start", "end"])
        let extents = try reader.value(node.requiredInput(0)).extents.map { $0.map(ONNXEntry.Extent.known) ?? .batch }
        return .extents(
            extents.part(
                from: try attributes.int("start", default: 0), to: try attributes.int("end", default: extents.count)))
    }

    @Sendable private static func gather(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let axis = try ONNXAttributes(node, ["axis"]).int("axis", default: 0)
        let extents = try reader.extents(node.requiredInput(0))
        let indices = try reader.constant(node.requiredInput(1))
        guard axis == 0, let places = indices.integers, places.count <= 64 else {
            throw ONNXFault("it picks more than extents, which is not supported")
        }
        return .extents(
            try places.map { place in
                guard -extents.count..<extents.count ~= place else { throw ONNXFault("there is no extent \(place)") }
                return extents[place < 0 ? extents.count + place : place]
            })
    }

    @Sendable private static func slice(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        _ = try ONNXAttributes(node, [])
        let extents = try reader.extents(node.requiredInput(0))
        func number(_ input: Int) throws -> Int? {
            guard let name = node.optionalInput(input) else { return nil }
            guard let numbers = try reader.constant(name).integers, numbers.count == 1 else {
                throw ONNXFault("it slices along more than one axis, which is not supported")
            }
            return numbers[0]
        }
        guard let start = try number(1), let end = try number(2), try number(3) ?? 0 == 0, try number(4) ?? 1 == 1
        else {
            throw ONNXFault("it slices with steps or along other axes than the first, which is not supported")
        }
        return .extents(extents.part(from: start, to: end))
    }

    @Sendable private static func squeeze(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let axes = try reader.axes(of: node)
        let entry = try reader.entry(node.requiredInput(0))
        if entry.extents != nil { return entry }
        let value = try reader.value(node.requiredInput(0))
        let places = try Set(
            (axes ?? value.extents.indices.filter { value.extents[$0] == 1 }).map { try value.place($0) })
        guard places.allSatisfy({ value.extents[$0] == 1 }) else {
            throw ONNXFault("it takes axes off \(value.description) that are not of the extent 1")
        }
        let left = value.extents.indices.filter { !places.contains($0) }
        return .value(
            try reader.reshape(value, to: left.map { value.extents[$0].map(ONNXEntry.Extent.known) ?? .batch }, node))
    }

    @Sendable private static func unsqueeze(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let axes = try reader.axes(of: node) ?? []
        let entry = try reader.entry(node.requiredInput(0))
        if let extents = entry.extents, extents.count == 1 { return entry }
        let value = try reader.value(node.requiredInput(0))
        let rank = value.axes.count + axes.count
        let places = Set(axes.map { $0 < 0 ? rank + $0 : $0 })
        guard rank <= 8, places.count == axes.count, places.allSatisfy({ 1..<rank ~= $0 }) else {
            throw ONNXFault("it adds the axes \(axes.prefix(8)) to \(value.description), which is not supported")
        }
        var rest = value.extents[...]
        let target = (0..<rank).map { place -> ONNXEntry.Extent in
            places.contains(place) ? .known(1) : rest.removeFirst().map(ONNXEntry.Extent.known) ?? .batch
        }
        return .value(try reader.reshape(value, to: target, node))
    }

    @Sendable private static func reshape(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let target = try reader.extents(node.requiredInput(1))
        guard try ONNXAttributes(node, ["allowzero"]).int("allowzero", default: 0) == 0 || !target.contains(.known(0))
        else {
            throw ONNXFault("it makes a tensor of no elements")
        }
        let entry = try reader.entry(node.requiredInput(0))
        // A list of extents in one row stays what it is.
        if let extents = entry.extents, target == [.known(-1)] || target == [.known(extents.count)] { return entry }
        return .value(try reader.reshape(reader.value(node.requiredInput(0)), to: target, node))
    }

    @Sendable private static func flatten(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let axis = try ONNXAttributes(node, ["axis"]).int("axis", default: 1)
        let value = try reader.value(node.requiredInput(0))
        guard axis == 1 || axis == 1 - value.axes.count else {
            throw ONNXFault("its axis is \(axis); 1 is supported")
        }
        return .value(try reader.reshape(value, to: [.batch, .known(value.sample.reduce(1, *))], node))
    }

    @Sendable private static func transpose(
        _ node: ONNXNode, _ place: Int, _ reader: inout ONNXGraphReader
    ) throws -> ONNXEntry {
        let order = try ONNXAttributes(node, ["perm"]).ints("perm")
        var value = try reader.value(node.requiredInput(0))
        let places = order ?? value.axes.indices.reversed()
        guard places.sorted() == Array(value.axes.indices), places.first == 0 else {
            throw ONNXFault(
                "its order \(places.prefix(8)) of the axes of \(value.description) does not keep the batch first")
        }
        guard value.flattenedPicture == nil || places == Array(value.axes.indices) else {
            throw ONNXFault("it reorders what was flattened, which is not supported")
        }
        value.axes = places.map { value.axes[$0] }
        return .value(value)
    }
}

extension ONNXEntry {
    /// The numbers, where it is a list of extents or of whole numbers.
    var extents: [Extent]? {
        switch self {
        case .extents(let extents): extents
        case .constant(let constant) where constant.shape.count <= 1 && constant.count <= 64:
            constant.integers.map { $0.map(Extent.known) }
        case .constant, .value: nil
        }
    }
}

extension ONNXGraphReader {
    fileprivate mutating func extents(_ name: String) throws(ONNXFault) -> [ONNXEntry.Extent] {
        guard let extents = try entry(name).extents else {
            throw ONNXFault("its input '\(name.brief)' is no short list of extents that follows from the graph alone")
        }
        return extents
    }

    /// Axes, which were an attribute until operator set 13 made them an input.
    fileprivate mutating func axes(of node: ONNXNode) throws -> [Int]? {
        let attributes = try ONNXAttributes(node, ["axes"])
        if let axes = try attributes.ints("axes") { return axes }
        guard let name = node.optionalInput(1) else { return nil }
        return try constant(name).integers
    }
}

extension [ONNXEntry.Extent] {
    /// What lies between two places, where negative ones count from the end.
    fileprivate func part(from start: Int, to end: Int) -> [ONNXEntry.Extent] {
        func place(_ index: Int) -> Int {
            Swift.max(0, Swift.min(count, index < 0 ? count + Swift.max(index, -count) : index))
        }
        let (first, last) = (place(start), place(end))
        return first < last ? Array(self[first..<last]) : []
    }
}
