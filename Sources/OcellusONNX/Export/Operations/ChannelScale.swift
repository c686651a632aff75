import Ocellus

extension ChannelScale: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        let x = try writer.name(node)
        let isPicture = writer.shape(node).rank == 3
        guard writer.graph[node.inputs[1]].description.isBatched else {
            let shape = writer.shape(node, 1)
            let scale = writer.constant(
                writer.weightName(node, 1), isPicture ? [shape[0], 1, 1] : shape, try writer.values(node, 1))
            return writer.node("Mul", [x, scale], for: node)
        }
        var scale = try writer.name(node, 1)
        if isPicture {
            let axes = writer.constant("\(node.layer)/axes", [2, 3])
            scale = writer.node("Unsqueeze", [scale, axes], layer: node.layer)
        }
        writer.node("Mul", [x, scale], for: node)
    }
}
