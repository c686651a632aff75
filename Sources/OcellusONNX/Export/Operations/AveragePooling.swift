import Ocellus

extension AveragePooling: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        var attributes = try window.attributes(over: writer.shape(node))
        attributes["count_include_pad"] = .int(countsPadding ? 1 : 0)
        // The operator has had dilations since operator set 19 only.
        guard window.dilationHeight == 1, window.dilationWidth == 1 else {
            throw ModelError(
                "layer '\(node.layer)'", "its dilated average pooling has no ONNX form in operator set 17.")
        }
        attributes["dilations"] = nil
        writer.node("AveragePool", [try writer.name(node)], attributes, for: node)
    }
}
