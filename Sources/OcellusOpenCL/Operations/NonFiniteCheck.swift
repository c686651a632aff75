import OcellusGraph

extension NonFiniteCheck: OpenCLOperation {
    /// Clears the flag, then goes through the inputs, many at a time.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let source = try KernelSource.files("common", "joined", "non_finite_check")
        let clear = try backend.launch(
            "clear_flag", of: source, defines: backend.joinedDefines, [arguments.output(0)],
            grid: .linear(1, batched: false, local: 1), label: arguments.label)
        let inputs = arguments.inputs
        let checks = try stride(from: 0, to: inputs.count, by: JoinedUpdates.limit).map { first in
            try backend.launchJoined(
                "non_finite_check", of: source, inputs[first...].prefix(JoinedUpdates.limit).map { [$0] },
                [arguments.output(0)], label: arguments.label)
        }
        return LaunchSequence([clear] + checks)
    }
}
