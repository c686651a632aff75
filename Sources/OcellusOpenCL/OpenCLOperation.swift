import OcellusGraph

/// An operation that OpenCL devices can run. Conform to it to add one from outside.
public protocol OpenCLOperation: Operation {
    /// Whether this backend can run the operation on tensors as described; true unless you say otherwise.
    func isSupported(on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]) -> Bool

    /// Bytes of scratch memory that the prepared operation wants at `capacity` samples; 0 unless you say otherwise.
    func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int

    /// Builds the kernels and sets their arguments.
    func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep
}

extension OpenCLOperation {
    /// True.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { true }

    /// None.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 0 }
}
