import Ocellus

extension Reshape: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        let (input, output) = (writer.shape(node), writer.graph[node.outputs[0]].description.shape)
        var value = try writer.name(node)
        // Elements are counted with the channels last, as they are here.
        if input.rank == 3 {
            value = writer.node("Transpose", [value], ["perm": .ints([0, 2, 3, 1])], layer: node.layer)
        }
        if output.rank == 1 { return writer.node("Flatten", [value], for: node) }
        let shape = writer.constant("\(node.layer)/shape", [0] + output.dimensions.map(Int64.init))
        guard output.rank == 3 else { return writer.node("Reshape", [value, shape], for: node) }
        let reshaped = writer.node("Reshape", [value, shape], layer: node.layer)
        writer.node("Transpose", [reshaped], ["perm": .ints([0, 3, 1, 2])], for: node)
    }
}
