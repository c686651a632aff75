import CSIMD
import OcellusGraph

/// Runs operations on the CPU's vector units.
///
/// Results do not depend on the number of threads: each output element is computed by one of them, and sums over a batch
/// run in chunks that the shape decides.
public final class CPUBackend: Backend, @unchecked Sendable {
    // Unchecked: `scratch` changes while steps are prepared, and a backend is used by one thread at a time.

    /// The CPU, its instruction set and threads.
    public let device: DeviceDescription
    /// What buffers take: all but the threads' scratch memory, and what inference packs weights into.
    public let memory: MemoryBudget
    /// The instruction set that its kernels use.
    public let instructionSet: InstructionSet
    /// How many threads share an operation's work.
    public let threads: Int

    /// What it may choose from.
    public let algorithms: CPUAlgorithms
    /// What dense layers' weights are kept in, in plans that do not change them.
    public let denseWeights: DenseWeightPrecision

    /// The instruction set's innermost loops.
    let kernels: simd_kernels
    /// Memory that one worker has to itself within one call of a parallel loop.
    private var scratch: [CPUBuffer] = []

    /// The CPU.
    /// - Parameters:
    ///   - threads: how many threads share the work; all that the process may run on unless given.
    ///   - instructionSet: what the kernels use; unless given, what the environment variable `OCELLUS_CPU_ISA` names
    ///     (`baseline`, `neon`, `avx2`, `avx512`), or else the best that the CPU has.
    ///   - algorithms: what it may choose from; all unless given.
    ///   - denseWeights: what dense layers' weights are kept in, in plans that do not change them.
    /// - Throws: `BackendError` when the CPU has not that instruction set, or there is none of that name.
    public init(
        threads: Int? = nil, instructionSet: InstructionSet? = nil, algorithms: CPUAlgorithms = .all,
        denseWeights: DenseWeightPrecision = .fp32
    ) throws {
        let system = HostProcessor.current
        let chosen = try instructionSet ?? Self.instructionSetOfEnvironment() ?? .best
        guard let kernels = chosen.kernels else {
            let names = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
            throw BackendError("this CPU cannot run \(chosen.rawValue) kernels; it can run \(names)")
        }
        self.instructionSet = chosen
        self.algorithms = algorithms
        self.denseWeights = denseWeights
        self.threads = min(max(threads ?? system.threads, 1), 256)
        self.kernels = kernels.pointee
        device = DeviceDescription(
            backend: "cpu", name: system.name,
            detail: chosen.displayName,
            memoryByteCount: system.memoryByteCount, alignment: CPUBuffer.alignment)
        memory = MemoryBudget(byteCount: system.memoryByteCount)
    }

    private static func instructionSetOfEnvironment() throws -> InstructionSet? {
        guard let name = HostProcessor.environment("OCELLUS_CPU_ISA"), !name.isEmpty else { return nil }
        guard let chosen = InstructionSet(rawValue: name) else {
            let names = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
            throw BackendError("OCELLUS_CPU_ISA is '\(name)'; it can be \(names)")
        }
        return chosen
    }

    /// Calls `body` once for each of `0 ..< count`, on all threads at once. `worker` tells apart calls that run at the
    /// same time. Calls must write to different places.
    public func parallelFor(_ count: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
        ThreadPool.shared.parallelFor(count, threads: threads, body)
    }

    /// Sees to it that each worker has `floats` floats of scratch memory. For `prepare`.
    public func reserveScratch(floats: Int) throws {
        let byteCount = floats * 4
        guard scratch.first.map({ $0.byteCount < byteCount }) ?? true else { return }
        scratch = try (0..<threads).map { _ in try CPUBuffer(byteCount: byteCount, label: "scratch memory") }
    }

    /// The scratch memory of a worker, for the length of one call in a parallel loop.
    public func scratch(of worker: Int) -> UnsafeMutablePointer<Float> {
        scratch[worker].memory.assumingMemoryBound(to: Float.self)
    }
}

extension CPUBackend {
    public func makeBuffer(byteCount: Int, label: String) throws -> any DeviceBuffer {
        try CPUBuffer(byteCount: byteCount, label: label, memory: memory)
    }

    public func makeConstantBuffer(
        sharing bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable
    ) -> (any DeviceBuffer)? { CPUBuffer(sharing: bytes, owner: owner) }

    public func write(_ bytes: UnsafeRawBufferPointer, to region: BufferRegion) throws {
        guard bytes.count <= region.byteCount else {
            throw BackendError("\(bytes.count) bytes do not fit a region of \(region.byteCount)")
        }
        guard let source = bytes.baseAddress else { return }
        try region.writableMemory().copyMemory(from: source, byteCount: bytes.count)
    }

    public func read(_ region: BufferRegion, into bytes: UnsafeMutableRawBufferPointer) throws {
        guard bytes.count <= region.byteCount else {
            throw BackendError("a region of \(region.byteCount) bytes has no \(bytes.count) to read")
        }
        guard let target = bytes.baseAddress else { return }
        target.copyMemory(from: try region.memory(), byteCount: bytes.count)
    }

    public func zero(_ region: BufferRegion) throws {
        try region.writableMemory().initializeMemory(as: UInt8.self, repeating: 0, count: region.byteCount)
    }

    public func supports(
        _ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool {
        // Activations are FP32 here.
        guard (inputs + outputs).allSatisfy({ !$0.elementType.isFloating || $0.elementType == .float32 }) else {
            return false
        }
        return (operation as? any CPUOperation)?.isSupported(on: self, inputs: inputs, outputs: outputs) ?? false
    }

    public func workspaceByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int {
        (operation as? any CPUOperation)?
            .workspaceByteCount(on: self, inputs: inputs, outputs: outputs, capacity: capacity) ?? 0
    }

    public func prepare(_ operation: any Operation, _ arguments: OperationArguments) throws -> any PreparedStep {
        guard let operation = operation as? any CPUOperation else {
            throw BackendError(
                "layer '\(arguments.label)': the CPU cannot run \(operation.name); conform it to CPUOperation")
        }
        return try operation.prepare(on: self, arguments)
    }

    public func run(_ steps: [any PreparedStep], _ invocation: Invocation) throws {
        for step in steps { try step.run(invocation) }
    }

    /// Runs the steps one by one, and says which threads were at work in each.
    public func run(_ steps: [any PreparedStep], _ invocation: Invocation, timing: TimingRequest) throws {
        let times = WorkerTimes(workers: threads)
        let offset = timing.clock() - times.now
        try ThreadPool.shared.timing(times) {
            for (index, step) in steps.enumerated() {
                let start = timing.clock()
                try step.run(invocation)
                let end = timing.clock()
                timing.record(
                    StepTiming(
                        index: index, start: start, end: end, workers: times.take(offset: offset), threads: threads))
            }
        }
    }

    /// Returns at once: steps have run when `run` returns.
    public func synchronize() {}
}
