import Ocellus

extension GlobalAveragePooling: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        let means = writer.node("GlobalAveragePool", [try writer.name(node)], layer: node.layer)
        writer.node("Flatten", [means], for: node)
    }
}
