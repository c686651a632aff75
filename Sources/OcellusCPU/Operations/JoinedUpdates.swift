import OcellusGraph

extension JoinedUpdates: CPUOperation {
    /// Whether it is a step that the CPU has.
    public func isSupported(on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription]) -> Bool {
        update is any CPUOperation
    }

    /// One step after the other: each is spread over all cores.
    public func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        guard let update = update as? any CPUOperation else {
            throw BackendError("'\(arguments.label)': the CPU has no \(update.name)")
        }
        let steps = try parts(of: arguments.inputs).map { part in
            try update.prepare(
                on: backend,
                OperationArguments(
                    inputs: part, outputs: [], capacity: arguments.capacity, label: arguments.label))
        }
        return StepSequence(steps: steps)
    }
}

private struct StepSequence: PreparedStep {
    let steps: [any PreparedStep]

    func run(_ invocation: Invocation) throws {
        for step in steps { try step.run(invocation) }
    }
}
