import Ocellus

extension ONNXGraphReader {
    /// What a layer gives as a vector `[C]` a sample.
    mutating func vector(_ value: ONNXValue, _ node: ONNXNode) throws -> ONNXValue {
        guard value.sample.count != 1 else { return value }
        guard let channels = value.sample.last, value.sample.dropLast().allSatisfy({ $0 == 1 }) else {
            throw ONNXFault("its input \(value.description) is no list of features a sample")
        }
        var result = value
        (result.layer, result.sample) = try append("\(value.layer).flat", on: [value.layer]) { FlattenLayer(name: $0) }
        result.sample = [channels]
        result.axes = value.axes.map { axis in
            guard case .sample(let index) = axis else { return axis }
            return index == value.sample.count - 1 ? .sample(0) : .one
        }
        return result
    }

    /// What a layer gives as a picture with the channels first in ONNX's order.
    mutating func picture(_ value: ONNXValue, _ node: ONNXNode) throws -> ONNXValue {
        let channelsFirst: [ONNXValue.Axis] = [.batch, .sample(2), .sample(0), .sample(1)]
        let isPicture =
            value.axes.count == 4 && value.sample.count == 3
            && zip(value.axes, channelsFirst).allSatisfy { found, wanted in
                guard case .sample(let index) = wanted else { return found == wanted }
                return found == wanted || (found == .one && value.sample[index] == 1)
            }
        if isPicture { return value }
        guard value.axes == [.batch, .sample(0), .one, .one] else {
            throw ONNXFault(
                "its input \(value.description) is no picture [N, channels, height, width] as pictures lie here")
        }
        var result = value
        let channels = value.sample[0]
        (result.layer, result.sample) = try append("\(value.layer).picture", on: [value.layer]) {
            ReshapeLayer([1, 1, channels], name: $0)
        }
        result.axes = channelsFirst
        return result
    }

    /// The same elements under another shape, the first extent of which is the batch's.
    mutating func reshape(_ value: ONNXValue, to target: [ONNXEntry.Extent], _ node: ONNXNode) throws -> ONNXValue {
        let extents = try resolved(target, of: value)
        // Extents of one come and go freely, as long as the others keep their order.
        let large = value.axes.indices.filter { place in value.extents[place].map { $0 != 1 } ?? false }
        if large.map({ value.extents[$0] ?? 1 }) == extents.filter({ $0 != 1 }) {
            var rest = large.map { value.axes[$0] }[...]
            var result = value
            result.axes = [.batch] + extents.map { $0 == 1 ? .one : rest.removeFirst() }
            return result
        }
        guard value.function.isArgument else {
            return try reshape(append(value.function, to: value, node), to: target, node)
        }
        let order = large.compactMap { place -> Int? in
            if case .sample(let index) = value.axes[place] { index } else { nil }
        }
        let isOrdered = order == order.sorted() && value.flattenedPicture == nil
        guard extents.count == 1 || (isOrdered && 2...3 ~= extents.count) else {
            let shape = "[N" + extents.map { ", \($0)" }.joined() + "]"
            throw ONNXFault("it makes \(shape) of \(value.description), whose elements lie in another order here")
        }
        var result = value
        (result.layer, result.sample) = try append(layerName(node), on: [value.layer]) {
            extents.count == 1 ? FlattenLayer(name: $0) as any Layer : ReshapeLayer(Shape(extents), name: $0)
        }
        result.axes = [.batch] + extents.indices.map { .sample($0) }
        if !isOrdered {
            guard value.sample.count == 3, order == [2, 0, 1] || order == [2, 0] || order == [2, 1] else {
                throw ONNXFault("it flattens \(value.description), whose axes lie in an order that is not supported")
            }
            result.flattenedPicture = value.sample
        }
        return result
    }

    /// The extents of a sample that a target shape means: 0 keeps one, −1 is what is left.
    private func resolved(_ target: [ONNXEntry.Extent], of value: ONNXValue) throws(ONNXFault) -> [Int] {
        let fault = ONNXFault(
            "it reshapes \(value.description) to what does not keep the batch and the number of elements")
        let count = value.sample.reduce(1, *)
        guard let first = target.first, target.count <= 16, value.axes.first == .batch else { throw fault }
        let keepsBatch: Bool =
            switch first {
            case .batch, .known(0), .known(-1): true
            case .known(let number): number == fixedBatch ?? 1
            }
        guard keepsBatch else { throw fault }
        var extents: [Int] = []
        var open: Int?
        for (place, extent) in target.enumerated().dropFirst() {
            guard case .known(let number) = extent else { throw fault }
            switch number {
            case 0:
                guard value.extents.indices.contains(place), let kept = value.extents[place] else { throw fault }
                extents.append(kept)
            case -1:
                guard open == nil, first != .known(-1) else { throw fault }
                open = extents.count
                extents.append(1)
            case 1...count: extents.append(number)
            default: throw fault
            }
        }
        var product = 1
        for extent in extents {
            let (next, overflows) = product.multipliedReportingOverflow(by: extent)
            guard !overflows, next <= count else { throw fault }
            product = next
        }
        if let open {
            guard count % product == 0 else { throw fault }
            extents[open] = count / product
            product = count
        }
        guard product == count else { throw fault }
        return extents
    }
}
