import Ocellus

extension Softmax: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        writer.node("Softmax", [try writer.name(node)], ["axis": .int(-1)], for: node)
    }
}
