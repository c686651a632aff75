import OcellusGraph

/// A model's weights and states (batch-norm statistics) by name: in memory after training, mapped after loading.
public enum ModelWeights: Sendable {
    /// Tensors in memory.
    case memory([String: NamedTensor])
    /// Tensors of a file, read when they are used.
    case file(SafetensorsFile)

    /// Tensors in memory; of two with one name the first counts.
    public init(_ tensors: [NamedTensor]) {
        self = .memory(Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first })
    }

    /// What a store holds now, copied: the parameters and states of `graph`.
    /// - Throws: `GraphError` when the store lacks one of them; `BackendError` when reading fails.
    public init(of graph: Graph, in store: ParameterStore) throws {
        self.init(
            try graph.storedValues.map { graph[$0] }.map {
                NamedTensor($0.name, $0.description.shape, try store.read($0.name))
            })
    }

    /// What a network starts with: each parameter and state as its initialiser says.
    public init(initialOf graph: Graph, seed: UInt64) {
        self.init(
            graph.storedValues.enumerated().compactMap { place, id in
                let (name, shape) = (graph[id].name, graph[id].description.shape)
                switch graph[id].kind {
                case .parameter(let initializer), .state(let initializer):
                    return NamedTensor(
                        name, shape, initializer.values(count: shape.count, seed: seed, parameter: place))
                case .input, .activation, .gradient: return nil
                }
            })
    }

    /// The names, sorted.
    public var names: [String] {
        switch self {
        case .memory(let tensors): tensors.keys.sorted()
        case .file(let file): file.names.sorted()
        }
    }

    /// The shape of a tensor; nil when there is none of that name.
    public func shape(of name: String) -> Shape? {
        switch self {
        case .memory(let tensors): tensors[name]?.shape
        case .file(let file): file.contains(name) ? try? file.shape(of: name) : nil
        }
    }

    /// A tensor's elements, row-major.
    /// - Throws: `ModelError` when there is none of that name.
    public func values(of name: String) throws -> [Float] {
        switch self {
        case .memory(let tensors): try tensor(name, of: tensors).values
        case .file(let file): try file.floats(of: name)
        }
    }

    /// Gives `body` a tensor's elements, row-major, without a copy where that is possible.
    /// - Throws: `ModelError` when there is none of that name, and what `body` throws.
    public func withUnsafeValues<Result>(
        of name: String, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) throws -> Result {
        switch self {
        case .memory(let tensors): try tensor(name, of: tensors).values.withUnsafeBufferPointer(body)
        case .file(let file): try file.withUnsafeFloats(of: name, body)
        }
    }

    /// Adds one tensor to a store that does not change it.
    func add(_ name: String, _ description: TensorDescription, to store: ParameterStore) throws {
        if case .file(let file) = self, let stored = try file.storedFloats(of: name) {
            return try store.addConstant(name, description, bytes: UnsafeRawBufferPointer(stored), owner: file)
        }
        try withUnsafeValues(of: name) {
            try store.addConstant(name, description, bytes: UnsafeRawBufferPointer($0))
        }
    }

    /// What errors name.
    private var location: String {
        switch self {
        case .memory: "the model in memory"
        case .file(let file): file.path
        }
    }

    private func tensor(_ name: String, of tensors: [String: NamedTensor]) throws -> NamedTensor {
        guard let tensor = tensors[name] else { throw ModelError(location, "has no tensor named '\(name)'.") }
        return tensor
    }
}
