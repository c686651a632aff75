import Ocellus

extension Dense: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        let inputs = try node.inputs.indices.map { try writer.name(node, $0) }
        writer.node("Gemm", inputs, for: node, activation: activation)
    }
}
