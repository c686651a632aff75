import OcellusGraph

/// An operation that OpenCL devices can run. Conform to it to add one from outside.
public protocol OpenCLOperation: Operation {
    /// How its kernels take activations; as `float` alone unless you say otherwise.
    var activationStorage: ActivationStorage { get }

    /// Whether this backend can run the operation on tensors as described; true unless you say otherwise.
    func isSupported(on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]) -> Bool

    /// Bytes of scratch memory that the prepared operation wants at `capacity` samples; 0 unless you say otherwise.
    func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int

    /// Bytes that the prepared operation keeps for itself at most; where parameters are constant as many as its workspace has,
    /// unless you say otherwise: what it would do there in each run is then done once.
    func keptByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        parametersAreConstant: Bool
    ) -> Int

    /// Builds the kernels and sets their arguments.
    func prepare(on backend: OpenCLBackend, _ arguments: OperationArguments) throws -> any PreparedStep
}

extension OpenCLOperation {
    /// As `float` alone.
    public var activationStorage: ActivationStorage { .floats }

    /// True.
    public func isSupported(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { true }

    /// None.
    public func workspaceByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 0 }

    /// The workspace's size where parameters are constant.
    public func keptByteCount(
        on backend: OpenCLBackend, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        parametersAreConstant: Bool
    ) -> Int {
        parametersAreConstant
            ? workspaceByteCount(on: backend, inputs: inputs, outputs: outputs, capacity: capacity) : 0
    }
}
