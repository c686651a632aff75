import OcellusGraph

/// Runs a whole graph as it stands, node after node, unfused.
struct OracleGraph {
    let graph: Graph
    /// Parameters and states, changed by operations that say so.
    var stored: [ValueID: OracleTensor]

    /// - Parameter stored: the parameters and states by name.
    init(_ graph: Graph, stored values: [String: [Float]]) throws {
        self.graph = graph
        stored = [:]
        for (name, id) in graph.stored {
            guard let content = values[name] else { throw GraphError("the oracle has no value for '\(name)'") }
            stored[id] = OracleTensor(graph[id].description, samples: 1, values: content.map(Double.init))
        }
    }

    /// Runs the phases given on inputs by name.
    /// - Returns: every value that was computed, and the stored ones as they are then.
    mutating func run(
        _ inputs: [String: OracleTensor], _ invocation: Invocation, phases: ClosedRange<Phase> = .forward ... .update
    ) throws -> [ValueID: OracleTensor] {
        var values = stored
        for (name, id) in graph.inputs { values[id] = inputs[name] }
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
