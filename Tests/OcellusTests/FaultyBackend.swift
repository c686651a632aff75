import Ocellus

/// The CPU, but for operations that leave their outputs as they were.
final class FaultyBackend: Backend {
    private let inner = try? CPUBackend()
    private let isFaulty: @Sendable (any Operation, OperationArguments) -> Bool
    private let refused: Set<String>

    /// - Parameters:
    ///   - refused: the names of operations that it says it has not.
    ///   - isFaulty: which operations do nothing.
    init(
        refused: Set<String> = [], _ isFaulty: @escaping @Sendable (any Operation, OperationArguments) -> Bool
    ) throws {
        self.refused = refused
        self.isFaulty = isFaulty
    }

    private var cpu: CPUBackend {
        get throws {
            guard let inner else { throw BackendError("there is no CPU") }
            return inner
        }
    }

    var device: DeviceDescription {
        inner?.device
            ?? DeviceDescription(backend: "cpu", name: "none", detail: "", memoryByteCount: 0, alignment: 64)
    }
    func makeBuffer(byteCount: Int, label: String) throws -> any DeviceBuffer {
        try cpu.makeBuffer(byteCount: byteCount, label: label)
    }
    func write(_ bytes: UnsafeRawBufferPointer, to region: BufferRegion) throws { try cpu.write(bytes, to: region) }
    func read(_ region: BufferRegion, into bytes: UnsafeMutableRawBufferPointer) throws {
        try cpu.read(region, into: bytes)
    }
    func zero(_ region: BufferRegion) throws { try cpu.zero(region) }
    func supports(
        _ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool {
        !refused.contains(operation.name) && inner?.supports(operation, inputs: inputs, outputs: outputs) == true
    }
    func workspaceByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { inner?.workspaceByteCount(for: operation, inputs: inputs, outputs: outputs, capacity: capacity) ?? 0 }
    func prepare(_ operation: any Operation, _ arguments: OperationArguments) throws -> any PreparedStep {
        isFaulty(operation, arguments) ? Nothing() : try cpu.prepare(operation, arguments)
    }
    func run(_ steps: [any PreparedStep], _ invocation: Invocation) throws {
        for step in steps where !(step is Nothing) { try cpu.run([step], invocation) }
    }
    func synchronize() throws {}

    /// A step that does nothing.
    private struct Nothing: PreparedStep {
        func run(_ invocation: Invocation) throws {}
    }
}
