/// The nodes that a graph's output depends on, in the file's order, up to the value before its softmax.
struct ONNXNodeOrder {
    let nodes: [ONNXNode]
    /// The value that holds one number a class.
    let output: String

    /// - Parameter input: the value to begin at; nodes that only it depends on are left out.
    /// - Throws: `ONNXFault` when there is not one output, or two nodes give a value of one name.
    init(_ graph: ONNXGraph, from input: String) throws(ONNXFault) {
        guard graph.output.count == 1 else {
            let names = graph.output.prefix(8).map { "'\($0.name.brief)'" }.joined(separator: ", ")
            throw ONNXFault("it has \(graph.output.count) outputs (\(names)); one is supported")
        }
        let given = Set(graph.input.map(\.name) + graph.initializer.map(\.name))
        var makers: [String: Int] = [:]
        for (place, node) in graph.node.enumerated() {
            for name in node.output where !name.isEmpty {
                guard makers.updateValue(place, forKey: name) == nil, !given.contains(name) else {
                    throw ONNXFault("two values are named '\(name.brief)'")
                }
            }
        }
        var output = graph.output[0].name
        var hasSoftmax = false
        // Bounded, because nodes may stand in a circle.
        for _ in graph.node.indices {
            guard let place = makers[output], let before = Self.input(of: graph.node[place], orSoftmax: !hasSoftmax)
            else {
                break
            }
            hasSoftmax = hasSoftmax || graph.node[place].opType != "Identity"
            output = before
        }
        var isNeeded = [Bool](repeating: false, count: graph.node.count)
        var open = [output]
        while let name = open.popLast() {
            guard name != input, let place = makers[name], !isNeeded[place] else { continue }
            isNeeded[place] = true
            open += graph.node[place].input.filter { !$0.isEmpty }
        }
        nodes = graph.node.indices.filter { isNeeded[$0] }.map { graph.node[$0] }
        self.output = output
    }

    /// What goes into a node that does nothing, or turns logits into probabilities or their logarithms.
    private static func input(of node: ONNXNode, orSoftmax isSoftmaxToo: Bool) -> String? {
        guard node.domain.isEmpty, node.input.count == 1 else { return nil }
        switch node.opType {
        case "Identity": return node.input[0]
        case "Softmax", "LogSoftmax":
            guard isSoftmaxToo else { return nil }
            let axis = node.attribute.first { $0.name == "axis" }?.i ?? -1
            return axis == -1 || axis == 1 ? node.input[0] : nil
        default: return nil
        }
    }
}
