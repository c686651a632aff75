import Ocellus
import Synchronization

/// The CPU, with each batch's size noted, that can be made to wait or to fail.
final class ObservedBackend: Backend, @unchecked Sendable {  // CPUBackend is used by the device's thread alone.
    struct Failure: Error {}

    private let cpu: CPUBackend
    private let state = Mutex<(batches: [Int], failures: Int)>(([], 0))
    /// Called before each batch.
    private let willRun: @Sendable (Int) -> Void

    init(willRun: @escaping @Sendable (Int) -> Void = { _ in }) throws {
        cpu = try CPUBackend(threads: 1)
        self.willRun = willRun
    }

    var batches: [Int] { state.withLock { $0.batches } }

    /// The sizes of the batches since the last call.
    func takeBatches() -> [Int] {
        state.withLock { state in
            defer { state.batches = [] }
            return state.batches
        }
    }

    /// Lets the next batches fail.
    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    func run(_ steps: [any PreparedStep], _ invocation: Invocation) throws {
        let fails = state.withLock {
            $0.batches.append(invocation.count)
            $0.failures -= 1
            return $0.failures >= 0
        }
        willRun(invocation.count)
        if fails { throw Failure() }
        try cpu.run(steps, invocation)
    }

    var device: DeviceDescription { cpu.device }
    var memory: MemoryBudget { cpu.memory }
    func makeBuffer(byteCount: Int, label: String) throws -> any DeviceBuffer {
        try cpu.makeBuffer(byteCount: byteCount, label: label)
    }
    func write(_ bytes: UnsafeRawBufferPointer, to region: BufferRegion) throws { try cpu.write(bytes, to: region) }
    func read(_ region: BufferRegion, into bytes: UnsafeMutableRawBufferPointer) throws {
        try cpu.read(region, into: bytes)
    }
    func zero(_ region: BufferRegion) throws { try cpu.zero(region) }
    func supports(_ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription]) -> Bool {
        cpu.supports(operation, inputs: inputs, outputs: outputs)
    }
    func workspaceByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { cpu.workspaceByteCount(for: operation, inputs: inputs, outputs: outputs, capacity: capacity) }
    func prepare(_ operation: any Operation, _ arguments: OperationArguments) throws -> any PreparedStep {
        try cpu.prepare(operation, arguments)
    }
    func synchronize() throws { cpu.synchronize() }
}
