/// What runs prepared steps on one device. Neither the graph nor anything above it knows which backend it is.
///
/// A backend is used by one thread at a time; who owns it sees to that (`Plan` and `ParameterStore` are not `Sendable`).
public protocol Backend: AnyObject, Sendable {
    /// What the device is.
    var device: DeviceDescription { get }

    /// How much of the device's memory may be taken, and is: all of it, and counted by nobody, unless the backend says otherwise.
    var memory: MemoryBudget { get }

    /// In what numbers plans on it compute; FP32 unless the backend says otherwise.
    var precision: Precision { get }

    /// Reserves `byteCount` bytes on the device; their content is undefined.
    /// - Throws: `BackendError` when the device has not that much.
    func makeBuffer(byteCount: Int, label: String) throws -> any DeviceBuffer

    /// A buffer that lies where `bytes` do, which never change and live as long as `owner`; nil where the backend has to
    /// copy them. It can be read only.
    func makeConstantBuffer(
        sharing bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable
    ) throws -> (any DeviceBuffer)?

    /// Copies `bytes` into `region`, which may be longer. Returns when `bytes` may be reused.
    func write(_ bytes: UnsafeRawBufferPointer, to region: BufferRegion) throws

    /// Copies the first bytes of `region` to `bytes`, after everything enqueued before has run.
    func read(_ region: BufferRegion, into bytes: UnsafeMutableRawBufferPointer) throws

    /// Whether training should have pictures changed and normalised on the device (`PictureWarp`), and not by the host's
    /// threads before.
    var preparesPictures: Bool { get }

    /// Copies `bytes` into `region`, beside what is being computed where the backend can: the copy begins when `moment` has
    /// come, and whatever is run from now on waits for its end. Returns when `bytes` may be reused.
    /// - Parameters:
    ///   - moment: when nothing will need what `region` holds any more; nil for when all that was enqueued has run.
    ///   - timing: told when the copy was made; maybe later, as by `run`.
    func upload(
        _ bytes: UnsafeRawBufferPointer, to region: BufferRegion, after moment: (any DeviceMoment)?,
        timing: TimingRequest?) throws

    /// The moment when all that has been enqueued so far will have run; nil where `upload` has no use for it.
    func mark() throws -> (any DeviceMoment)?

    /// Begins to copy the first `count` numbers of `region` to the host, as they are after everything enqueued before; what
    /// is run from now on does not wait for the host to look at them.
    func startReading(_ region: BufferRegion, count: Int) throws -> any PendingRead

    /// Sets every byte of `region` to zero.
    func zero(_ region: BufferRegion) throws

    /// Whether the backend can run the operation. A fused operation that it cannot run stays unfused.
    func supports(_ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription]) -> Bool

    /// Bytes of scratch memory that the prepared operation wants at `capacity` samples. The plan provides it for the
    /// length of that step; its content is undefined.
    func workspaceByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int

    /// Bytes that the prepared operation keeps for itself at most, as for weights that it packs once.
    /// - Parameter parametersAreConstant: as a plan is told.
    func keptByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        parametersAreConstant: Bool
    ) -> Int

    /// Chooses the algorithm, builds kernels, packs what is constant: all that need not be done in every step.
    func prepare(_ operation: any Operation, _ arguments: OperationArguments) throws -> any PreparedStep

    /// Runs steps in order. Asynchronous backends return before they have run.
    func run(_ steps: [any PreparedStep], _ invocation: Invocation) throws

    /// Runs steps in order and says when each ran: for profiles. An asynchronous backend returns before they have run, and
    /// says so later, at the latest before `synchronize` returns.
    func run(_ steps: [any PreparedStep], _ invocation: Invocation, timing: TimingRequest) throws

    /// Waits for all that was started, and for what is to be told of its times.
    func synchronize() throws

    /// Measures what the device reaches at best, for profiles; nil when the backend has no way to.
    func measurePeak() throws -> DevicePeak?
}

extension Backend {
    /// What the device has.
    public var memory: MemoryBudget { MemoryBudget(byteCount: device.memoryByteCount) }

    /// FP32.
    public var precision: Precision { .fp32 }

    /// Nil.
    public func makeConstantBuffer(
        sharing bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable
    ) throws -> (any DeviceBuffer)? { nil }

    /// None.
    public func keptByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int,
        parametersAreConstant: Bool
    ) -> Int { 0 }

    /// Nil.
    public func measurePeak() throws -> DevicePeak? { nil }

    /// Waits after each step.
    public func run(_ steps: [any PreparedStep], _ invocation: Invocation, timing: TimingRequest) throws {
        try synchronize()
        for (index, step) in steps.enumerated() {
            let start = timing.clock()
            try run([step], invocation)
            try synchronize()
            timing.record(StepTiming(index: index, start: start, end: timing.clock()))
        }
    }

    /// False.
    public var preparesPictures: Bool { false }

    /// Writes in order.
    public func upload(
        _ bytes: UnsafeRawBufferPointer, to region: BufferRegion, after moment: (any DeviceMoment)?,
        timing: TimingRequest?
    ) throws {
        let start = timing?.clock()
        try write(bytes, to: region)
        if let timing, let start { timing.record(StepTiming(index: 0, start: start, end: timing.clock())) }
    }

    /// Nil.
    public func mark() throws -> (any DeviceMoment)? { nil }

    /// Reads at once.
    public func startReading(_ region: BufferRegion, count: Int) throws -> any PendingRead {
        var values = [Float](repeating: 0, count: count)
        try values.withUnsafeMutableBytes { try read(region, into: $0) }
        return FinishedRead(numbers: values)
    }
}

/// A moment in what a backend was given to do.
public protocol DeviceMoment: AnyObject {}

/// Numbers on their way from the device.
public protocol PendingRead {
    /// The numbers, once they are there.
    func values() throws -> [Float]
}

/// Numbers that are there.
private struct FinishedRead: PendingRead {
    let numbers: [Float]
    func values() -> [Float] { numbers }
}

/// Memory of a device. Freed when the last reference goes.
public protocol DeviceBuffer: AnyObject, Sendable {
    /// Its size in bytes.
    var byteCount: Int { get }
}

/// A part of a buffer.
public struct BufferRegion: Sendable {
    /// The buffer.
    public let buffer: any DeviceBuffer
    /// Where the part starts, in bytes, a multiple of `DeviceDescription.alignment`.
    public let byteOffset: Int
    /// How long it is, in bytes.
    public let byteCount: Int

    /// A part of `buffer`.
    public init(_ buffer: any DeviceBuffer, byteOffset: Int = 0, byteCount: Int) {
        self.buffer = buffer
        self.byteOffset = byteOffset
        self.byteCount = byteCount
    }
}

/// One tensor as an operation meets it.
public struct Operand: Sendable {
    /// Shape, batching and element type.
    public let description: TensorDescription
    /// Where it is.
    public let region: BufferRegion
    /// Whether its content is there when the step is prepared and never changes while the plan lives (weights of an
    /// inference plan), so that it may be packed once.
    public let isConstant: Bool

    /// A tensor in memory.
    public init(_ description: TensorDescription, _ region: BufferRegion, isConstant: Bool = false) {
        self.description = description
        self.region = region
        self.isConstant = isConstant
    }
}

/// What a step is prepared for.
public struct OperationArguments: Sendable {
    /// The operation's inputs in order.
    public let inputs: [Operand]
    /// The operation's outputs in order.
    public let outputs: [Operand]
    /// Scratch memory as asked for by `workspaceByteCount`, or nil when that was 0.
    public let workspace: BufferRegion?
    /// The largest number of samples that a run may have.
    public let capacity: Int
    /// The layer's name, for errors and profiles.
    public let label: String

    /// Arguments of one operation.
    public init(
        inputs: [Operand], outputs: [Operand], workspace: BufferRegion? = nil, capacity: Int, label: String
    ) {
        self.inputs = inputs
        self.outputs = outputs
        self.workspace = workspace
        self.capacity = capacity
        self.label = label
    }
}

/// An operation that is ready to run on its operands.
public protocol PreparedStep {
    /// How it is computed, in a few words for profiles; empty where there was no choice.
    var algorithm: String { get }

    /// Runs, or enqueues, the step once.
    func run(_ invocation: Invocation) throws
}

extension PreparedStep {
    /// Empty.
    public var algorithm: String { "" }
}

/// What may differ between two runs of one plan.
public struct Invocation: Sendable {
    /// The samples present, 1 to the plan's capacity.
    public var count: Int
    /// The samples of the whole batch that losses are averaged over; more than `count` when micro-batches make it up.
    public var batchCount: Int
    /// The place of the first sample in its batch, for random numbers.
    public var sampleOffset: Int
    /// Whether gradients are added to the sums of the runs before; false in the first run of a step.
    public var accumulatesGradients: Bool
    /// What the loss is multiplied by before its gradients are computed, and the gradients are divided by where they are
    /// added up (`GradientAccumulation`): a power of two, so that it changes nothing but where small gradients vanish
    /// (Micikevicius et al., "Mixed Precision Training", ICLR 2018).
    public var lossScale: Float
    /// The number of this update, from 1.
    public var step: Int
    /// The learning rate of this update.
    public var learningRate: Float
    /// What of the first moment or the velocity this update keeps, where a schedule says so; nil for what each operation has.
    public var momentum: Float?
    /// The seed of dropout.
    public var seed: UInt64

    /// A run with `count` samples.
    public init(
        count: Int, batchCount: Int? = nil, sampleOffset: Int = 0, accumulatesGradients: Bool = false,
        lossScale: Float = 1, step: Int = 1, learningRate: Float = 0, momentum: Float? = nil, seed: UInt64 = 0
    ) {
        self.count = count
        self.batchCount = batchCount ?? count
        self.sampleOffset = sampleOffset
        self.accumulatesGradients = accumulatesGradients
        self.lossScale = lossScale
        self.step = step
        self.learningRate = learningRate
        self.momentum = momentum
        self.seed = seed
    }
}

/// What a device is.
public struct DeviceDescription: Sendable, Equatable, Codable {
    /// What family of backend runs it: `cpu` or `opencl`.
    public var backend: String
    /// The device's own name, as `AMD EPYC 7B13` or `NVIDIA H200`.
    public var name: String
    /// The driver or instruction set, whatever else bits may depend on: `AVX2`, `PoCL 3.1`.
    public var detail: String
    /// Memory of the device in bytes.
    public var memoryByteCount: Int
    /// What offsets of regions into buffers are multiples of, in bytes.
    public var alignment: Int

    /// Describes a device.
    public init(backend: String, name: String, detail: String, memoryByteCount: Int, alignment: Int) {
        self.backend = backend
        self.name = name
        self.detail = detail
        self.memoryByteCount = memoryByteCount
        self.alignment = alignment
    }
}

extension DeviceDescription {
    /// Whether another device gives the same bits: it is of the same backend, name, and instruction set or driver.
    public func computesAlike(_ other: DeviceDescription) -> Bool {
        backend == other.backend && name == other.name && detail == other.detail
    }
}

/// A failure of a device or driver.
public struct BackendError: Error, Sendable, CustomStringConvertible {
    /// What failed, where, and what to do.
    public let description: String

    /// A failure in words.
    public init(_ description: String) { self.description = description }
}
