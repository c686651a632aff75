import Ocellus

extension MaxPooling: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        writer.node(
            "MaxPool", [try writer.name(node)], try window.attributes(over: writer.shape(node)), for: node)
    }
}
