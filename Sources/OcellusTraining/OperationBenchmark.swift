import OcellusGraph
import OcellusNetworks

/// How fast a device is, from single operations to whole steps: matrix products, the heavy operations of networks, their steps,
/// and how near to the device's own peak each comes.
public struct OperationBenchmark: Sendable, Encodable {
    /// A whole step of a network.
    public struct Step: Sendable, Encodable {
        /// The network's name.
        public let network: String
        /// Its time, and what it ran on.
        public let step: StepBenchmark
        /// Floating-point operations of the definitions, in 10⁹ a second, over the time of a step.
        public let gigaflopsPerSecond: Double
        /// The part of the device's peak; nil when none is known.
        public let partOfPeak: Double?
    }

    /// An operation as one or more layers of a network have it.
    public struct Row: Sendable, Encodable {
        /// The network's name.
        public let network: String
        /// Whether training or inference runs it so.
        public let mode: StepBenchmark.Mode
        /// How many layers have it.
        public let count: Int
        /// Its time, rates, and part of the peak, of the first of these layers.
        public let operation: Profile.Row
    }

    /// What it ran on.
    public let device: String
    /// Pictures a step.
    public let batch: Int
    /// What the device reaches at best; nil when there is no way to tell.
    public let peak: DevicePeak?
    /// Products of square matrices.
    public private(set) var products: [ProductBenchmark] = []
    /// Whole steps.
    public private(set) var steps: [Step] = []
    /// Convolutions, dense layers and their gradients, by network and mode, those that take longest first.
    public private(set) var operations: [Row] = []

    /// Measures the peak.
    /// - Throws: `BackendError`.
    public init(backend: any Backend, batch: Int) throws {
        device = backend.device.name + ", " + backend.device.detail
        self.batch = batch
        peak = try backend.measurePeak()
    }

    /// Times the product of two matrices with `size` rows and columns.
    /// - Throws: `GraphError`, `BackendError`.
    public mutating func addProduct(size: Int, backend: any Backend, seconds: Double) throws {
        products.append(try ProductBenchmark(backend: backend, size: size, seconds: seconds))
    }

    /// Times a network's step for about `seconds`, then each of its operations in as much time again.
    /// - Throws: `GraphError`, `BackendError`.
    public mutating func add(
        _ network: Network, _ mode: StepBenchmark.Mode, backend: any Backend, seconds: Double
    ) throws {
        let profiler = Profiler()
        let step = try StepBenchmark(
            network, backend: backend, batch: batch, mode: mode, seconds: seconds, profiler: profiler)
        let profile = Profile(profiler, peak: peak)
        let flops = profile.operations.reduce(0) { $0 + $1.gigaflopsPerSecond * $1.milliseconds }
        let rate = flops / max(step.millisecondsPerStep, 1e-9)
        steps.append(
            Step(
                network: network.name, step: step, gigaflopsPerSecond: rate,
                partOfPeak: peak.map { rate / $0.gigaflopsPerSecond }))
        var kinds: [[String]: Int] = [:]
        for row in profile.operations { kinds[[row.operation, row.shape], default: 0] += 1 }
        for row in profile.operations where Self.isHeavy(row.operation) {
            guard let count = kinds.removeValue(forKey: [row.operation, row.shape]) else { continue }
            operations.append(Row(network: network.name, mode: mode, count: count, operation: row))
        }
    }

    private static func isHeavy(_ operation: String) -> Bool {
        ["convolution", "dense", "matrix", "residual"].contains { operation.lowercased().contains($0) }
    }
}
