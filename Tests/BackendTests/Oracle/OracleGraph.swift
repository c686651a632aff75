import OcellusGraph

/// Runs a whole graph as it stands, node after node, unfused.
struct OracleGraph {
    let graph: Graph
    /// Parameters and states, changed by operations that say so.
    var stored: [ValueID: OracleTensor]

    /// A graph with its parameters and states.
    init(_ graph: Graph, stored: [ValueID: OracleTensor]) {
        self.graph = graph
        self.stored = stored
    }

    /// Runs the phases given on the inputs.
    /// - Returns: every value: inputs, stored ones as they are afterwards, and all that was computed.
    mutating func run(
        _ inputs: [ValueID: OracleTensor], _ invocation: Invocation,
        phases: ClosedRange<Phase> = .forward ... .update
    ) throws -> [ValueID: OracleTensor] {
        var values = stored.merging(inputs) { _, input in input }
        for node in graph.nodes where phases.contains(node.phase) {
            guard let operation = node.operation as? any OracleOperation else {
                throw GraphError("the oracle does not know \(node.operation.name)")
            }
            var arguments: [OracleTensor] = []
            for input in node.inputs {
                guard let value = values[input] else {
                    throw GraphError("layer '\(node.layer)': the value '\(graph[input].name)' is missing")
                }
                arguments.append(value)
            }
            let results = try operation.evaluate(&arguments, invocation)
            for index in operation.mutatedInputs {
                values[node.inputs[index]] = arguments[index]
                stored[node.inputs[index]] = arguments[index]
            }
            for (output, result) in zip(node.outputs, results) { values[output] = result }
        }
        return values
    }
}
