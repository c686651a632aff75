import OcellusGraph

extension NonFiniteCheck: OpenCLOperation {
    /// Clears the flag, then goes through one input after the other.
    public func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep {
        let width = backend.elementwiseWidth
        let source = try KernelSource.files("common", "non_finite_check")
        let clear = try backend.launch(
            "clear_flag", of: source, defines: ["VEC": width], [arguments.output(0)],
            grid: .linear(1, batched: false, local: 1), label: arguments.label)
        let checks = try arguments.inputs.map { input in
            try backend.launch(
                "non_finite_check", of: source, defines: ["VEC": width],
                [.buffer(input.region), arguments.output(0), .elements(of: input.description)],
                grid: .elementwise(input.description, width: width), label: arguments.label)
        }
        return LaunchSequence([clear] + checks)
    }
}
