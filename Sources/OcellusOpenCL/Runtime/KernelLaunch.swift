import OcellusGraph

/// One argument of a kernel.
public enum KernelArgument: Sendable {
    /// Memory, as a pointer to global memory.
    case buffer(BufferRegion)
    /// A number, as `int`.
    case int(Int)
    /// A number, as `ulong`.
    case ulong(Int)
    /// A number, as `float`.
    case float(Float)
    /// Numbers, as a `struct` of `int`s by value.
    case ints([Int])
    /// Numbers, as a `struct` of `ulong`s by value.
    case ulongs([Int])
    /// So many elements times `Invocation.count` of each run, as `ulong`.
    case elements(perSample: Int)
    /// `Invocation.count` of each run, as `int`.
    case count
    /// `Invocation.batchCount` of each run, as `int`.
    case batchCount
    /// `Invocation.sampleOffset` of each run, as `int`.
    case sampleOffset
    /// `Invocation.accumulatesGradients` of each run, as `int`.
    case accumulatesGradients
    /// `Invocation.step` of each run, as `int`.
    case step
    /// `Invocation.learningRate` of each run, as `float`.
    case learningRate
    /// `Invocation.seed` of each run, as `ulong`.
    case seed
    /// A number computed from each run's invocation, as `float`.
    case computedFloat(@Sendable (Invocation) -> Float)

    /// The elements present of a tensor, as `ulong`.
    public static func elements(of tensor: TensorDescription) -> KernelArgument {
        tensor.isBatched ? .elements(perSample: tensor.shape.count) : .ulong(tensor.shape.count)
    }

    /// The samples present of a tensor, 1 when it is not batched, as `int`.
    public static func samples(of tensor: TensorDescription) -> KernelArgument { tensor.isBatched ? .count : .int(1) }
}

/// How many work-groups a kernel runs over.
public struct LaunchGrid: Sendable {
    /// Work-items of a group in each dimension.
    public let local: SIMD3<Int>
    /// Groups in each dimension for the samples present.
    public let groups: @Sendable (Int) -> SIMD3<Int>

    /// A grid of groups of `local` work-items; `groups` says how many for the samples present.
    public init(local: SIMD3<Int>, groups: @escaping @Sendable (Int) -> SIMD3<Int>) {
        self.local = local
        self.groups = groups
    }

    /// One work-item for each of `itemsPerSample` items of each sample (or in all, when not `batched`), in one
    /// dimension. The last group may have more: the kernel guards.
    public static func linear(_ itemsPerSample: Int, batched: Bool = true, local: Int = 64) -> LaunchGrid {
        LaunchGrid(local: [local, 1, 1]) { count in
            [(itemsPerSample * (batched ? count : 1)).dividedUp(by: local), 1, 1]
        }
    }

    /// One work-item for each `width` elements of a tensor, for the samples present.
    static func elementwise(_ tensor: TensorDescription, width: Int, local: Int = 64) -> LaunchGrid {
        let elements = tensor.shape.count
        let isBatched = tensor.isBatched
        return LaunchGrid(local: [local, 1, 1]) { count in
            [(elements * (isBatched ? count : 1)).dividedUp(by: width * local), 1, 1]
        }
    }
}

/// A kernel with its arguments, ready to be enqueued. Running it allocates nothing.
public final class KernelLaunch: PreparedStep {
    private let kernel: Kernel
    private let grid: LaunchGrid
    private let varying: [(index: Int, argument: KernelArgument)]

    init(_ kernel: Kernel, _ arguments: [KernelArgument], _ grid: LaunchGrid) throws {
        self.kernel = kernel
        self.grid = grid
        var varying: [(Int, KernelArgument)] = []
        for (index, argument) in arguments.enumerated() {
            switch argument {
            case .buffer(let region): try kernel.set(index, memory: region)
            case .int(let value): try kernel.set(index, Int32(clamping: value))
            case .ulong(let value): try kernel.set(index, UInt64(clamping: value))
            case .float(let value): try kernel.set(index, value)
            case .ints(let values): try kernel.set(index, array: values.map { Int32(clamping: $0) })
            case .ulongs(let values): try kernel.set(index, array: values.map { UInt64(clamping: $0) })
            default: varying.append((index, argument))
            }
        }
        self.varying = varying
    }

    /// Enqueues the kernel.
    public func run(_ invocation: Invocation) throws {
        for (index, argument) in varying {
            switch argument {
            case .count: try kernel.set(index, Int32(clamping: invocation.count))
            case .elements(let perSample): try kernel.set(index, UInt64(clamping: perSample * invocation.count))
            case .batchCount: try kernel.set(index, Int32(clamping: invocation.batchCount))
            case .sampleOffset: try kernel.set(index, Int32(truncatingIfNeeded: invocation.sampleOffset))
            case .accumulatesGradients: try kernel.set(index, Int32(invocation.accumulatesGradients ? 1 : 0))
            case .step: try kernel.set(index, Int32(truncatingIfNeeded: invocation.step))
            case .learningRate: try kernel.set(index, invocation.learningRate)
            case .seed: try kernel.set(index, invocation.seed)
            case .computedFloat(let compute): try kernel.set(index, compute(invocation))
            case .buffer, .int, .ulong, .float, .ints, .ulongs: break
            }
        }
        try kernel.enqueue(groups: grid.groups(invocation.count), local: grid.local)
    }
}

/// Several launches that make up one operation.
public struct LaunchSequence: PreparedStep {
    private let launches: [KernelLaunch]

    /// `launches` in order.
    public init(_ launches: [KernelLaunch]) { self.launches = launches }

    /// Enqueues each.
    public func run(_ invocation: Invocation) throws {
        for launch in launches { try launch.run(invocation) }
    }
}

extension Int {
    /// The quotient, rounded up.
    func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }

    /// The next multiple of `factor`.
    func rounded(upTo factor: Int) -> Int { dividedUp(by: factor) * factor }
}
