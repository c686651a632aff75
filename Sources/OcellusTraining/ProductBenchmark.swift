import OcellusGraph

/// How fast the product of two square matrices is (GEMM).
public struct ProductBenchmark: Sendable, Encodable {
    /// 2 · size³ floating-point operations by the median time, in 10⁹ a second.
    public let gigaflopsPerSecond: Double
    /// The median time of a product.
    public let milliseconds: Double
    /// Rows and columns of each matrix.
    public let size: Int
    /// What the products ran on.
    public let device: String
    /// How many products were timed, after warm-up.
    public let products: Int

    /// Times products for about `seconds`, after a warm-up.
    ///
    /// - Parameter size: rows and columns of each matrix.
    /// - Throws: `GraphError`, `BackendError`.
    public init(backend: any Backend, size: Int, seconds: Double = 5) throws {
        let graph = try Self.graph(size: size, on: backend)
        let plan = try Plan(graph, capacity: 1, parameters: ParameterStore(backend: backend))
        let profiler = Profiler()
        if Self.hasNarrowFactors(backend) { plan.profiler = profiler }
        var random = PhiloxSequence(seed: 0, purpose: .rendering)
        for name in ["left", "right"] {
            try plan.write((0..<size * size).map { _ in random.nextUniform() }, toInput: name)
        }
        let times = try StepBenchmark.times(seconds: seconds) {
            try plan.run(Invocation(count: 1))
            try backend.synchronize()
        }
        let timed = Profile(profiler).operations.first { $0.operation == MatrixMultiplication.name }
        let median = timed.map { $0.milliseconds * 1e-3 } ?? times.median
        gigaflopsPerSecond = 2e-9 * Double(size) * Double(size) * Double(size) / median
        milliseconds = median * 1e3
        self.size = size
        device = backend.device.name + ", " + backend.device.detail
        products = times.count
    }

    /// What is timed: the product of two inputs.
    static func graph(size: Int, on backend: any Backend) throws -> Graph {
        var graph = Graph()
        var factors = [try graph.input("left", [size, size]), try graph.input("right", [size, size])]
        // Inputs are floats. Where activations take half as much, those of a function that changes nothing stand for them, and the
        // product alone is timed.
        if hasNarrowFactors(backend) {
            factors = try factors.map { try graph.append(Activation(.relu), [$0], layer: "factor")[0] }
        }
        graph.output("product", try graph.append(MatrixMultiplication(), factors, layer: "product")[0])
        return graph
    }

    private static func hasNarrowFactors(_ backend: any Backend) -> Bool { backend.precision.storage != .float32 }
}

extension PlannedGraph {
    /// What a benchmark of products runs: one of two matrices with `size` rows and columns.
    /// - Throws: `GraphError`.
    public static func product(size: Int, on backend: any Backend) throws -> PlannedGraph {
        PlannedGraph(try ProductBenchmark.graph(size: size, on: backend), capacity: 1, isInference: true)
    }
}
