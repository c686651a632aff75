/// The parameters, states and sums of gradients of a network on one device: one copy that training, evaluation and other
/// plans share.
public final class ParameterStore {
    /// The device that holds them.
    public let backend: any Backend

    private struct Entry {
        let shape: Shape
        let region: BufferRegion
    }

    private var entries: [String: Entry] = [:]
    /// Names of parameters and states in the order in which they were added.
    public private(set) var names: [String] = []
    /// Names of sums of gradients in the order in which they were added.
    public private(set) var gradientNames: [String] = []
    /// Whether some values were added as constants: plans that use them must not change them.
    public private(set) var hasConstants = false

    /// An empty store.
    public init(backend: any Backend) { self.backend = backend }

    /// Adds the graph's parameters, states and sums of gradients that are not there yet, filled as their initialisers say.
    ///
    /// Initial values depend on the seed and on the parameter's place among the graph's parameters.
    /// - Parameter known: what a parameter or state of that name starts with instead, if anything.
    /// - Throws: `GraphError` when a name is there already with another shape, or what is known has another count;
    ///   `BackendError` when memory is short; what `known` throws.
    public func add(
        _ graph: Graph, seed: UInt64, known: (_ name: String) throws -> [Float]? = { _ in nil }
    ) throws {
        try checkFit(graph)
        for (place, id) in graph.storedValues.enumerated() {
            let value = graph[id]
            let shape = value.description.shape
            if try contains(value.name, shape) { continue }
            let byteCount = value.description.byteCount(samples: 1)
            let region = BufferRegion(
                try backend.makeBuffer(byteCount: byteCount, label: value.name), byteCount: byteCount)
            let known = try known(value.name)
            switch value.kind {
            case .parameter where known != nil, .state where known != nil: break
            case .parameter(let initializer), .state(let initializer):
                if initializer == .zeros {
                    try backend.zero(region)
                } else {
                    let values = initializer.values(count: shape.count, seed: seed, parameter: place)
                    try values.withUnsafeBytes { try backend.write($0, to: region) }
                }
            case .gradient:
                try backend.zero(region)
                entries[value.name] = Entry(shape: shape, region: region)
                gradientNames.append(value.name)
                continue
            case .input, .activation: continue
            }
            entries[value.name] = Entry(shape: shape, region: region)
            names.append(value.name)
            if let known { try write(known, to: value.name) }
        }
    }

    /// Adds a parameter or state whose value never changes, unless it is there already.
    ///
    /// - Parameters:
    ///   - bytes: its elements, row-major.
    ///   - owner: what keeps `bytes` alive and unchanged as long as it lives, so that a backend may use them where they are;
    ///     nil to have them copied.
    /// - Throws: `GraphError` when `name` is there with another shape, or `bytes` are not as many as the shape wants;
    ///   `BackendError` when memory is short.
    public func addConstant(
        _ name: String, _ description: TensorDescription, bytes: UnsafeRawBufferPointer,
        owner: (any AnyObject & Sendable)? = nil
    ) throws {
        if try contains(name, description.shape) { return }
        let byteCount = description.byteCount(samples: 1)
        guard bytes.count == byteCount else {
            throw GraphError("'\(name)' is \(description.shape): \(byteCount) bytes, not \(bytes.count)")
        }
        let region: BufferRegion
        if let owner, let shared = try backend.makeConstantBuffer(sharing: bytes, owner: owner) {
            region = BufferRegion(shared, byteCount: byteCount)
        } else {
            region = BufferRegion(try backend.makeBuffer(byteCount: byteCount, label: name), byteCount: byteCount)
            try backend.write(bytes, to: region)
        }
        entries[name] = Entry(shape: description.shape, region: region)
        names.append(name)
        hasConstants = true
    }

    /// The values whose names begin with `prefix`, under the rest of their names. They are the same memory.
    public func view(ofNamesBehind prefix: String) -> ParameterStore {
        let view = ParameterStore(backend: backend)
        for name in names where name.hasPrefix(prefix) {
            let rest = String(name.dropFirst(prefix.count))
            view.entries[rest] = entries[name]
            view.names.append(rest)
        }
        view.hasConstants = hasConstants
        return view
    }

    /// Checks that a graph's parameters and states fit the device.
    /// - Throws: `GraphError` with both sizes.
    public func checkFit(_ graph: Graph) throws {
        let total = graph.storedValues.reduce(0) { $0 + graph[$1].description.byteCount(samples: 1) }
        guard total <= backend.memory.limit else {
            throw GraphError(
                "the weights alone take \(ByteCount(total)), but of '\(backend.device.name)' \(ByteCount(backend.memory.limit)) "
                    + "may be taken; take smaller pictures or layers")
        }
    }

    private func contains(_ name: String, _ shape: Shape) throws -> Bool {
        guard let entry = entries[name] else { return false }
        guard entry.shape == shape else {
            throw GraphError("parameter '\(name)' is \(entry.shape), but the network wants \(shape)")
        }
        return true
    }

    /// The shape of a parameter, state or sum of gradients, nil when there is none of that name.
    public func shape(of name: String) -> Shape? { entries[name]?.shape }

    /// Where a parameter, state or sum of gradients lies.
    /// - Throws: `GraphError` when there is none of that name.
    public func region(of name: String) throws -> BufferRegion { try entry(name).region }

    /// The values of a parameter, state or sum of gradients.
    /// - Throws: `GraphError` when there is none of that name; `BackendError` when reading fails.
    public func read(_ name: String) throws -> [Float] {
        let entry = try entry(name)
        var values = [Float](repeating: 0, count: entry.shape.count)
        try values.withUnsafeMutableBytes { try backend.read(entry.region, into: $0) }
        return values
    }

    /// Sets the values of a parameter, state or sum of gradients.
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
