import Ocellus

extension Add: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        writer.node("Add", [try writer.name(node, 0), try writer.name(node, 1)], for: node, activation: activation)
    }
}
