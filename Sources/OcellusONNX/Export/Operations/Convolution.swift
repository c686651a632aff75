import Ocellus

extension Convolution: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        let filter = writer.shape(node, 1)
        let weight = writer.constant(
            writer.weightName(node, 1), filter.outputFirst, filter.toOutputFirst(try writer.values(node, 1)))
        var inputs = [try writer.name(node), weight]
        if hasBias { inputs.append(try writer.name(node, 2)) }
        var attributes = try window.attributes(over: writer.shape(node))
        attributes["group"] = .int(groups)
        writer.node("Conv", inputs, attributes, for: node, activation: activation)
    }
}

extension Window {
    /// What ONNX's Conv and pooling operators say of their window.
    func attributes(over input: Shape) throws -> [String: ONNXAttribute.Value] {
        let geometry = try geometry(over: input)
        // Rows and columns that the last windows reach beyond the input: none where they do not come to its end.
        func after(_ outputs: Int, _ stride: Int, _ kernel: Int, _ dilation: Int, _ before: Int, _ extent: Int) -> Int {
            max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - before - extent)
        }
        let bottom = after(
            geometry.outputHeight, strideHeight, height, dilationHeight, geometry.padTop, geometry.inputHeight)
        let right = after(
            geometry.outputWidth, strideWidth, width, dilationWidth, geometry.padLeft, geometry.inputWidth)
        return [
            "kernel_shape": .ints([height, width]), "strides": .ints([strideHeight, strideWidth]),
            "dilations": .ints([dilationHeight, dilationWidth]),
            "pads": .ints([geometry.padTop, geometry.padLeft, bottom, right]),
        ]
    }
}
