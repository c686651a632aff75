import OcellusGraph

/// An operation that the CPU backend can run. To add one from outside, conform it to this.
public protocol CPUOperation: Operation {
    /// Whether this form of the operation can run. True unless a conformance says otherwise.
    func isSupported(on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription]) -> Bool

    /// Bytes of scratch memory wanted at `capacity` samples. None unless a conformance says otherwise.
    func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int

    /// Chooses the algorithm and finds the operands in memory. The step that it returns allocates nothing when it runs.
    func prepare(on backend: CPUBackend, _ arguments: OperationArguments) throws -> any PreparedStep
}

extension CPUOperation {
    /// True.
    public func isSupported(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { true }

    /// 0.
    public func workspaceByteCount(
        on backend: CPUBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 0 }
}

/// A step that is a function of the invocation.
public struct CPUStep: PreparedStep {
    /// How it is computed, for profiles.
    public let algorithm: String
    private let body: (Invocation) -> Void

    /// A step that calls `body` when it runs.
    /// - Parameter algorithm: how it is computed, in a few words for profiles; empty where there was no choice.
    public init(algorithm: String = "", _ body: @escaping (Invocation) -> Void) {
        self.algorithm = algorithm
        self.body = body
    }

    /// Runs the step.
    public func run(_ invocation: Invocation) { body(invocation) }
}

extension OperationArguments {
    /// Input `index` in memory.
    public func input(_ index: Int) throws -> UnsafePointer<Float> { UnsafePointer(try mutableInput(index)) }

    /// Input `index`, which the operation changes, in memory.
    public func mutableInput(_ index: Int) throws -> UnsafeMutablePointer<Float> {
        try inputs[index].region.floats()
    }

    /// Input `index`, of bytes, in memory.
    public func byteInput(_ index: Int) throws -> UnsafePointer<UInt8> {
        UnsafePointer(try inputs[index].region.memory().assumingMemoryBound(to: UInt8.self))
    }

    /// Output `index` in memory.
    public func output(_ index: Int) throws -> UnsafeMutablePointer<Float> { try outputs[index].region.floats() }

    /// Output `index`, of bytes, in memory.
    public func byteOutput(_ index: Int) throws -> UnsafeMutablePointer<UInt8> {
        try outputs[index].region.memory().assumingMemoryBound(to: UInt8.self)
    }

    /// The workspace as floats.
    /// - Throws: `BackendError` when the plan gave none, or too little.
    public func workspaceFloats(byteCount: Int) throws -> UnsafeMutablePointer<Float> {
        guard let workspace, workspace.byteCount >= byteCount else {
            throw BackendError(
                "layer '\(label)' was given \(workspace?.byteCount ?? 0) bytes of workspace, and asked for \(byteCount)"
            )
        }
        return try workspace.floats()
    }
}
