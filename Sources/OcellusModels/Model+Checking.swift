import OcellusGraph

/// Whether the parts of a model fit each other.
extension Model {
    /// Checks everything but the weights' values.
    /// - Parameters:
    ///   - description: what errors about network, classes and preprocessing name.
    ///   - weightsFile: what errors about weights name.
    /// - Returns: the network's inference graph.
    /// - Throws: `ModelError`.
    func check(called description: String, weightsFile: String) throws -> Graph {
        // First of all, because a network's sizes follow from its input's, which the preprocessing limits.
        let input: Shape = [preprocessing.height, preprocessing.width, 3]
        guard network.input == input else {
            throw ModelError(
                description, "the network wants pictures \(network.input), but the preprocessing gives \(input).")
        }
        let graph: Graph
        do {
            graph = try network.inferenceGraph()
        } catch {
            throw ModelError(description, "the network is not valid: \(error)")
        }
        if let temperature = calibration?.temperature, !Calibration.temperatures.contains(temperature) {
            throw ModelError(
                description, "calibration: the temperature is \(temperature); it must be \(Calibration.temperatures).")
        }
        try checkClasses(graph, called: description)
        try checkWeights(graph, called: weightsFile)
        return graph
    }

    private func checkClasses(_ graph: Graph, called path: String) throws {
        let outputs = graph.outputs["probabilities"].map { graph[$0].description.shape.dimensions } ?? []
        guard outputs == [classes.count] else {
            throw ModelError(
                path,
                "names \(classes.count) classes, but the network has \(outputs.first ?? 0) outputs. "
                    + "The description was changed or mixed with another model's.")
        }
        var seen: Set<String> = []
        for name in classes where name.isEmpty || !seen.insert(name).inserted {
            throw ModelError(path, name.isEmpty ? "a class has an empty name." : "two classes are named '\(name)'.")
        }
    }

    private func checkWeights(_ graph: Graph, called path: String) throws {
        var expected: [String: Shape] = [:]
        for value in graph.storedValues.map({ graph[$0] }) { expected[value.name] = value.description.shape }
        let names = weights.names
        let missing = graph.storedValues.map { graph[$0].name }.filter { weights.shape(of: $0) == nil }
        let unknown = names.filter { expected[$0] == nil }
        let misshaped = names.compactMap { name -> String? in
            guard let wanted = expected[name], let found = weights.shape(of: name), found != wanted else { return nil }
            return "'\(name)' is \(found) and should be \(wanted)"
        }
        let complaints = [
            ("missing: ", missing.map { "'\($0)'" }), ("of another shape: ", misshaped),
            ("not in the network: ", unknown.map { "'\($0)'" }),
        ].filter { !$0.1.isEmpty }.map { $0 + $1.shortList }
        guard complaints.isEmpty else {
            throw ModelError(path, "the tensors do not fit the network. \(complaints.joined(separator: "; ")).")
        }
        if case .file(let file) = weights {
            for name in names where !(try file.elementType(of: name)).isFloatingPoint {
                throw ModelError(
                    path,
                    "the tensor '\(name)' has \(try file.elementType(of: name).rawValue) elements; weights are F32.")
            }
        }
    }
}
