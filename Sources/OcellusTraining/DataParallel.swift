import OcellusGraph

/// Other devices that compute gradients of their parts of a batch, beside the first one, which keeps the weights.
///
/// Before a step each gets the first one's weights, so that all have the same bits whatever kind of device they are; after it
/// their sums of gradients are added to the first one's, in the order of the devices, so that the result is always the same. The
/// first one then updates the weights: optimiser states and running statistics are its alone.
final class DataParallel {
    /// What the other devices run, in order.
    let plans: [Plan]

    private let first: ParameterStore
    private let others: [ParameterStore]
    /// Names of the parameters.
    private let weights: [String]
    private let additions: [Addition]
    /// Where a tensor is on its way from a device to another.
    private var passing: [Float]
    /// Where a gradient of another device waits to be added.
    private let arrival: any DeviceBuffer

    /// The addition of a parameter's gradient to its sum on the first device.
    private struct Addition {
        let name: String
        let source: BufferRegion
        let step: any PreparedStep
    }

    /// Reserves memory on the other devices, and for what comes from them on the first.
    ///
    /// - Parameters:
    ///   - parameters: the first device's, with sums of gradients.
    ///   - graphs: what each of the others runs, with the same parameters.
    init(
        _ parameters: ParameterStore, _ graphs: [(gradients: Graph, backend: any Backend)], capacity: Int, seed: UInt64
    ) throws {
        first = parameters
        others = try graphs.map { graph, backend in
            let store = ParameterStore(backend: backend)
            try store.add(graph, seed: seed)
            return store
        }
        plans = try zip(graphs, others).map { try Plan($0.gradients, capacity: capacity, parameters: $1) }
        weights = graphs.first.map { graph, _ in graph.parameters.map { graph[$0].name } } ?? []
        let shapes = try (weights + parameters.gradientNames).map { name in
            guard let shape = parameters.shape(of: name) else { throw GraphError("there is no parameter '\(name)'") }
            return shape
        }
        let largest = shapes.map(\.count).max() ?? 0
        passing = [Float](repeating: 0, count: largest)
        let arrival = try parameters.backend.makeBuffer(
            byteCount: largest * MemoryLayout<Float>.size, label: "other devices' gradients")
        self.arrival = arrival
        additions = try zip(parameters.gradientNames, shapes.dropFirst(weights.count)).map { name, shape in
            let tensor = TensorDescription(shape, batched: false)
            let source = BufferRegion(arrival, byteCount: tensor.byteCount(samples: 1))
            return Addition(
                name: name, source: source,
                step: try parameters.backend.prepare(
                    GradientAccumulation(),
                    OperationArguments(
                        inputs: [Operand(tensor, source), Operand(tensor, try parameters.region(of: name))],
                        outputs: [], capacity: 1, label: name)))
        }
    }

    /// The memory that the first device needs for what comes from the others, in bytes.
    static func arrivalByteCount(_ graph: Graph) -> Int {
        graph.storedValues.map { graph[$0].description.byteCount(samples: 1) }.max() ?? 0
    }

    /// Gives the others the first one's weights.
    func distribute() throws {
        for name in weights {
            try pass(name, from: first) { bytes in
                for store in others { try store.backend.write(bytes, to: store.region(of: name)) }
            }
        }
    }

    /// Adds the others' sums of gradients to the first one's.
    /// - Parameter count: how many of the others had a part of the batch.
    func reduce(from count: Int) throws {
        for store in others.prefix(count) {
            for addition in additions {
                try pass(addition.name, from: store) { try first.backend.write($0, to: addition.source) }
                // In order: the next one is written when this one has been added.
                try first.backend.run([addition.step], Invocation(count: 1, accumulatesGradients: true))
            }
        }
    }

    private func pass(
        _ name: String, from store: ParameterStore, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let region = try store.region(of: name)
        try passing.withUnsafeMutableBytes { bytes in
            let bytes = UnsafeMutableRawBufferPointer(rebasing: bytes[..<region.byteCount])
            try store.backend.read(region, into: bytes)
            try body(UnsafeRawBufferPointer(bytes))
        }
    }
}
