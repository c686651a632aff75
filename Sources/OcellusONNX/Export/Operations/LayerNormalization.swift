import Ocellus

extension LayerNormalization: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        let parameters = [try writer.name(node, 1), try writer.name(node, 2)]
        let attributes: [String: ONNXAttribute.Value] = ["axis": .int(-1), "epsilon": .float(epsilon)]
        let x = try writer.name(node)
        guard writer.shape(node).rank == 3 else {
            return writer.node("LayerNormalization", [x] + parameters, attributes, for: node)
        }
        // The operator normalises the last axes, and ONNX's pictures have their channels second.
        let last = writer.node("Transpose", [x], ["perm": .ints([0, 2, 3, 1])], layer: node.layer)
        let result = writer.node("LayerNormalization", [last] + parameters, attributes, layer: node.layer)
        writer.node("Transpose", [result], ["perm": .ints([0, 3, 1, 2])], for: node)
    }
}
