import Ocellus

/// What a graph takes.
struct ONNXInput {
    /// The value that holds a picture `[N, 3, height, width]`.
    let name: String
    /// Its shape as we have it: `[height, width, 3]`.
    let picture: Shape
    /// The number of pictures that the graph is fixed to, where it is.
    let fixedBatch: Int?

    /// - Parameters:
    ///   - size: the side of the pictures, where the graph leaves it open.
    ///   - preprocessing: where the file has one: a graph that takes bytes then does it itself, and is read from where it is
    ///     done.
    /// - Throws: `ONNXFault` when it is not one picture.
    init(_ graph: ONNXGraph, size: Int?, _ preprocessing: Preprocessing?) throws {
        // Constants were inputs too in the format's first versions.
        let constants = Set(graph.initializer.map(\.name))
        let inputs = graph.input.filter { !constants.contains($0.name) }
        guard inputs.count == 1 else {
            let names = inputs.prefix(8).map { "'\($0.name.brief)'" }.joined(separator: ", ")
            throw ONNXFault("it has \(inputs.count) inputs (\(names)); one picture is supported")
        }
        let type = inputs[0].type.tensorType
        let extents = type.shape.dim.map { dimension -> Int? in
            if case .dimValue(let extent) = dimension.extent, extent > 0 { Int(extent) } else { nil }
        }
        let wanted = "a picture as float [N, 3, height, width] is supported"
        if type.elemType == .uint8, let preprocessing {
            name = ONNXExport.imagesName
            picture = [preprocessing.height, preprocessing.width, 3]
            fixedBatch = extents.first ?? nil
            return
        }
        guard type.elemType == .float, extents.count == 4, extents[1] ?? 3 == 3 else {
            let shape = "[" + extents.prefix(8).map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
            throw ONNXFault("its input '\(inputs[0].name.brief)' is \(type.elemType) \(shape); \(wanted)")
        }
        guard let height = extents[2] ?? size, let width = extents[3] ?? size else {
            throw ONNXFault("its pictures may have any size; say which with --size")
        }
        if let size, size != height || size != width {
            throw ONNXFault("its pictures are \(height)×\(width), not of the size \(size) that is asked for")
        }
        // Checks the extents.
        _ = try Preprocessing(width: width, height: height)
        name = inputs[0].name
        picture = [height, width, 3]
        fixedBatch = extents[0]
    }
}
