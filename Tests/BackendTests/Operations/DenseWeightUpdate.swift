import OcellusGraph

extension DenseWeightUpdate: TestedOperation {
    /// The gradient by itself, then the update by itself.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        guard let update = update as? any TestedOperation else { throw GraphError("\(update.name) has no definition") }
        var operands = Array(inputs[..<2])
        let gradient = try DenseWeightGradient().evaluate(&operands, invocation)
        var updated = [inputs[2]] + gradient + inputs[3...]
        _ = try update.evaluate(&updated, invocation)
        inputs[2] = updated[0]
        inputs.replaceSubrange(3..., with: updated[2...])
        return []
    }

    static let isFused = true

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let updates: [any ParameterUpdate] = [
            AdamUpdate(epsilon: 1e-3), AdamUpdate(epsilon: 1e-3, weightDecay: 0.1), SGDUpdate(),
            SGDUpdate(momentum: 0.9, isNesterov: true), RMSPropUpdate(epsilon: 1e-3),
            RMSPropUpdate(epsilon: 1e-3, momentum: 0.9, followsTensorFlow: true),
        ]
        // The last is cut into blocks of few rows.
        let shapes = DenseShape.all(&random) + [DenseShape(inputs: 40, outputs: 2049, capacity: 2)]
        return shapes.enumerated().map { index, shape in
            let update = updates[index % updates.count]
            let states = [TestInput](
                repeating: TestInput(shape.weight, .uniform(0.01...1)), count: update.mutatedInputs.count - 1)
            return random.operationCase(
                DenseWeightUpdate(update),
                [TestInput(shape.input), TestInput(shape.output), TestInput(shape.weight)] + states,
                capacity: shape.capacity)
        }
    }
}
