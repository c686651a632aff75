import Ocellus

extension Activation: ONNXOperation {
    func write(_ node: Graph.Node, to writer: inout ONNXGraphWriter) throws {
        writer.setOutput(node, writer.append(function, to: try writer.name(node), layer: node.layer))
    }
}

extension ONNXGraphWriter {
    /// Appends an activation.
    /// - Returns: what its result is called.
    mutating func append(_ function: ActivationFunction, to value: String, layer: String) -> String {
        func scalar(_ name: String, _ number: Float) -> String { constant("\(layer)/\(name)", [], [number]) }
        switch function {
        case .identity: return value
        case .relu: return node("Relu", [value], layer: layer)
        case .relu6: return node("Clip", [value, scalar("least", 0), scalar("most", 6)], layer: layer)
        case .hardSigmoid:
            return node("HardSigmoid", [value], ["alpha": .float(1 / 6), "beta": .float(0.5)], layer: layer)
        case .hardSwish: return node("HardSwish", [value], layer: layer)
        case .sigmoid: return node("Sigmoid", [value], layer: layer)
        case .silu:
            let gate = node("Sigmoid", [value], layer: layer)
            return node("Mul", [value, gate], layer: layer)
        case .gelu:
            // x · ½ (1 + erf(x / √2)): the operator of that name came with operator set 20.
            let quotient = node("Div", [value, scalar("root", Float(2).squareRoot())], layer: layer)
            let error = node("Erf", [quotient], layer: layer)
            let sum = node("Add", [error, scalar("one", 1)], layer: layer)
            let product = node("Mul", [value, sum], layer: layer)
            return node("Mul", [product, scalar("half", 0.5)], layer: layer)
        }
    }
}
