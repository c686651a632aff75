/// The parameters and states of a network on one device: one copy that training, evaluation and other plans share.
public final class ParameterStore {
    /// The device that holds them.
    public let backend: any Backend

    private struct Entry {
        let shape: Shape
        let region: BufferRegion
    }

    private var entries: [String: Entry] = [:]
    /// Names in the order in which they were added.
    public private(set) var names: [String] = []

    /// An empty store.
    public init(backend: any Backend) { self.backend = backend }

    /// Adds the graph's parameters and states that are not there yet, filled as their initialisers say.
    ///
    /// Initial values depend on the seed and on the parameter's place among the graph's parameters.
    /// - Throws: `GraphError` when a name is there already with another shape; `BackendError` when memory is short.
    public func add(_ graph: Graph, seed: UInt64) throws {
        let total = graph.storedValues.reduce(0) { $0 + graph[$1].description.byteCount(samples: 1) }
        guard total <= backend.device.memoryByteCount else {
            throw GraphError(
                "the weights alone take \(total >> 20) MiB, but '\(backend.device.name)' has "
                    + "\(backend.device.memoryByteCount >> 20) MiB; take smaller pictures or layers")
        }
        for (place, id) in graph.storedValues.enumerated() {
            let value = graph[id]
            let shape = value.description.shape
            if let entry = entries[value.name] {
                guard entry.shape == shape else {
                    throw GraphError("parameter '\(value.name)' is \(entry.shape), but the network wants \(shape)")
                }
                continue
            }
            let byteCount = value.description.byteCount(samples: 1)
            let region = BufferRegion(
                try backend.makeBuffer(byteCount: byteCount, label: value.name), byteCount: byteCount)
            switch value.kind {
            case .parameter(let initializer), .state(let initializer):
                if initializer == .zeros {
                    try backend.zero(region)
                } else {
                    let values = initializer.values(count: shape.count, seed: seed, parameter: place)
                    try values.withUnsafeBytes { try backend.write($0, to: region) }
                }
            case .input, .activation: continue
            }
            entries[value.name] = Entry(shape: shape, region: region)
            names.append(value.name)
        }
    }

    /// The shape of a parameter or state, nil when there is none of that name.
    public func shape(of name: String) -> Shape? { entries[name]?.shape }

    /// Where a parameter or state lies.
    /// - Throws: `GraphError` when there is none of that name.
    public func region(of name: String) throws -> BufferRegion { try entry(name).region }

    /// The values of a parameter or state.
    /// - Throws: `GraphError` when there is none of that name; `BackendError` when reading fails.
    public func read(_ name: String) throws -> [Float] {
        let entry = try entry(name)
        var values = [Float](repeating: 0, count: entry.shape.count)
        try values.withUnsafeMutableBytes { try backend.read(entry.region, into: $0) }
        return values
    }

    /// Sets the values of a parameter or state.
    /// - Throws: `GraphError` when there is none of that name, or `values` has another count.
    public func write(_ values: [Float], to name: String) throws {
        let entry = try entry(name)
        guard values.count == entry.shape.count else {
            throw GraphError("'\(name)' is \(entry.shape): \(entry.shape.count) values, not \(values.count)")
        }
        try values.withUnsafeBytes { try backend.write($0, to: entry.region) }
    }

    private func entry(_ name: String) throws -> Entry {
        guard let entry = entries[name] else { throw GraphError("there is no parameter '\(name)'") }
        return entry
    }
}
