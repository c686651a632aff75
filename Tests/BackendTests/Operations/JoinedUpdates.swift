import OcellusGraph

extension JoinedUpdates: TestedOperation {
    /// Each by itself.
    func evaluate(_ inputs: inout [OracleTensor], _ invocation: Invocation) throws -> [OracleTensor] {
        guard let update = update as? any TestedOperation else { throw GraphError("\(update.name) has no definition") }
        inputs = try parts(of: inputs).flatMap { part in
            var part = part
            _ = try update.evaluate(&part, invocation)
            return part
        }
        return []
    }

    static let isFused = true

    static func cases(_ random: inout CaseGenerator) -> [OperationCase] {
        let updates: [any ElementwiseUpdate] = [
            AdamUpdate(epsilon: 1e-3, weightDecay: 0.1), SGDUpdate(), SGDUpdate(momentum: 0.9, isNesterov: true),
            RMSPropUpdate(epsilon: 1e-3), RMSPropUpdate(epsilon: 1e-3, momentum: 0.9, followsTensorFlow: true),
            MovingAverage(decay: 0.9, warmsUp: false), GradientClamp(limit: 0.5), GradientUnscaling(),
        ]
        // One, two, and as many as there may be, among them such as fill work-groups exactly. A single number could come out near
        // zero, where no error is small beside it.
        return updates.flatMap { update in
            [1, 2, limit - 1, limit].map { count in
                let parameters = (0..<count).map { index in
                    index % 5 == 4
                        ? TensorDescription([1024 * random.int(1...3)], batched: false)
                        : random.pick(Array(random.parameters()[1...4]))
                }
                let inputs = parameters.flatMap { parameter in
                    [TestInput](
                        repeating: TestInput(parameter, .uniform(0.01...1)), count: update.inputCount)
                }
                return random.operationCase(JoinedUpdates(update, count: count), inputs)
            }
        }
    }
}
