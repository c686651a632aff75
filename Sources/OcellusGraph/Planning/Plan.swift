/// A graph that is ready to run on a backend for batches of up to `capacity` samples: memory is reserved, algorithms are
/// chosen, kernels are built. Runs allocate nothing.
public final class Plan {
    /// What is run, as it is after fusion.
    public let graph: Graph
    /// What runs it.
    public let backend: any Backend
    /// The most samples a run may have.
    public let capacity: Int
    /// How memory is laid out.
    public let memory: MemoryPlan

    /// What times each operation of the runs from now on; nil, and nothing is timed.
    public var profiler: Profiler? {
        didSet {
            profiledParts = profiler.map { register(with: $0) } ?? [:]
            profiledUploads =
                profiler.map { profiler in
                    graph.inputs.mapValues { profiler.add(ProfiledPart(uploadOf: graph[$0])) }
                } ?? [:]
        }
    }

    private var steps: [Phase: [any PreparedStep]] = [:]
    /// The node of each step.
    private var nodes: [Phase: [Int]] = [:]
    /// The profiler's number of each step.
    private var profiledParts: [Phase: [Int]] = [:]
    /// The same of the ways of inputs to the device.
    private var profiledUploads: [String: Int] = [:]
    /// Inputs that nothing reads once the phase `prepare` has run, and when that is.
    private var earlyInputs: Set<String> = []
    private var earlyInputsAreFree: (any DeviceMoment)?
    private var regions: [ValueID: BufferRegion] = [:]

    /// Reserves memory and prepares every operation.
    ///
    /// - Parameters:
    ///   - graph: what to run. Operations whose results nobody reads are left out; activations are stored as the backend's
    ///     precision says.
    ///   - parameters: the weights, which must have been added to the store.
    ///   - parametersAreConstant: whether weights never change while the plan lives, so that they may be packed once.
    ///   - neighbour: a plan that never runs at the same time, whose arenas and inputs serve here too where they are large enough.
    ///   - other: how the memory of a plan is laid out that will be given this one as its neighbour.
    /// - Throws: `GraphError` when the backend lacks an operation or the store a parameter; `BackendError`.
    public init(
        _ graph: Graph, capacity: Int, parameters: ParameterStore, parametersAreConstant: Bool = false,
        sharingMemoryOf neighbour: Plan? = nil, withRoomFor other: MemoryPlan? = nil
    ) throws {
        guard Self.capacities.contains(capacity) else {
            throw GraphError("a batch of \(capacity) samples; it must be \(Self.capacities)")
        }
        guard parametersAreConstant || !parameters.hasConstants else {
            throw GraphError("the parameters were added as constants, and this plan may change them")
        }
        let backend = parameters.backend
        let graph = Self.prepared(graph, backend)
        self.graph = graph
        self.backend = backend
        self.capacity = capacity
        try Self.checkSupport(graph, backend)
        let own = Self.memoryPlan(
            prepared: graph, backend, capacity: capacity, parametersAreConstant: parametersAreConstant)
        memory = other.map(own.withRoom) ?? own
        try memory.checkFit(on: backend)
        try reserve(parameters, neighbour)
        for (index, node) in graph.nodes.enumerated() where !node.operation.isView {
            let workspace = memory.workspaces[index]
            let arguments = OperationArguments(
                inputs: try node.inputs.map { try operand($0, isConstant: parametersAreConstant) },
                outputs: try node.outputs.map { try operand($0, isConstant: false) },
                workspace: workspace.map { region in
                    BufferRegion(arenas[region.arena], byteOffset: region.offset, byteCount: region.byteCount)
                },
                capacity: capacity, label: node.layer)
            steps[node.phase, default: []].append(try backend.prepare(node.operation, arguments))
            nodes[node.phase, default: []].append(index)
        }
        earlyInputs = Set(
            graph.inputs.filter { _, id in
                graph.nodes.allSatisfy { !$0.inputs.contains(id) || $0.phase == .prepare && !$0.operation.isView }
            }.keys)
    }

    /// The batch sizes that a plan may be made for.
    public static let capacities = 1...65536

    /// How a graph's memory would be laid out on a backend, without reserving any.
    public static func memoryPlan(
        _ graph: Graph, _ backend: any Backend, capacity: Int, parametersAreConstant: Bool = false
    ) -> MemoryPlan {
        memoryPlan(
            prepared: prepared(graph, backend), backend, capacity: capacity,
            parametersAreConstant: parametersAreConstant)
    }

    /// What is left of a graph without what nobody reads, its activations stored as the backend's precision says.
    private static func prepared(_ graph: Graph, _ backend: any Backend) -> Graph {
        var graph = graph
        graph.removeUnused()
        graph.storeActivations(as: backend.precision.storage, where: backend.supports)
        return graph
    }

    private static func memoryPlan(
        prepared graph: Graph, _ backend: any Backend, capacity: Int, parametersAreConstant: Bool
    ) -> MemoryPlan {
        func ask(_ node: Graph.Node, _ question: ([TensorDescription], [TensorDescription]) -> Int) -> Int {
            let (inputs, outputs) = graph.descriptions(of: node)
            return node.operation.isView ? 0 : question(inputs, outputs)
        }
        return MemoryPlan(
            graph, capacity: capacity, alignment: backend.device.alignment, largestBuffer: backend.memory.largestBuffer,
            keptByteCount: { node in
                ask(node) {
                    backend.keptByteCount(
                        for: node.operation, inputs: $0, outputs: $1, capacity: capacity,
                        parametersAreConstant: parametersAreConstant)
                }
            },
            workspaceByteCount: { node in
                ask(node) {
                    backend.workspaceByteCount(for: node.operation, inputs: $0, outputs: $1, capacity: capacity)
                }
            })
    }

    /// Runs the phases given, in order. An asynchronous backend returns before they have run.
    /// - Throws: `GraphError` when `invocation.count` is not 1 to the capacity; `BackendError`.
    public func run(_ invocation: Invocation, phases: ClosedRange<Phase> = .prepare ... .update) throws {
        guard 1...capacity ~= invocation.count else {
            throw GraphError("a run of \(invocation.count) samples on a plan for 1 to \(capacity)")
        }
        for phase in Phase.allCases where phases.contains(phase) {
            guard let steps = steps[phase] else { continue }
            if let profiler, let parts = profiledParts[phase] {
                let timing = TimingRequest(clock: { profiler.now }) { timing in
                    profiler.record(parts[timing.index], timing, samples: invocation.count)
                }
                try backend.run(steps, invocation, timing: timing)
            } else {
                try backend.run(steps, invocation)
            }
            if phase == .prepare { earlyInputsAreFree = try backend.mark() }
        }
    }

    /// Writes an input's first samples; what only the phase `prepare` reads, while the rest of the run before is computed.
    /// - Throws: `GraphError` when there is no such input or it is smaller than `values`.
    public func write<Element: BitwiseCopyable>(_ values: UnsafeBufferPointer<Element>, toInput name: String) throws {
        guard let id = graph.inputs[name] else { throw GraphError("there is no input '\(name)'") }
        let bytes = UnsafeRawBufferPointer(values)
        // An input that no operation reads has no memory.
        guard let region = regions[id] else { return }
        guard bytes.count <= region.byteCount else {
            throw GraphError("input '\(name)' takes \(region.byteCount) bytes, not \(bytes.count)")
        }
        var timing: TimingRequest?
        if let profiler, let part = profiledUploads[name] {
            timing = TimingRequest(clock: { profiler.now }) { profiler.record(part, $0, samples: 1) }
        }
        try backend.upload(
            bytes, to: region, after: earlyInputs.contains(name) ? earlyInputsAreFree : nil, timing: timing)
    }

    /// Writes an input's first samples.
    /// - Throws: `GraphError` when there is no such input or it is smaller than `values`.
    public func write<Element: BitwiseCopyable>(_ values: [Element], toInput name: String) throws {
        try values.withUnsafeBufferPointer { try write($0, toInput: name) }
    }

    /// Reads an output's first `count` samples, after all that was started has run.
    /// - Returns: `count × shape` values, or the whole of what is not batched.
    /// - Throws: `GraphError` when there is no such output.
    public func read(_ name: String, count: Int) throws -> [Float] { try startReading(name, count: count).values() }

    /// The same without waiting: what is run from now on may change the output.
    /// - Throws: `GraphError` when there is no such output.
    public func startReading(_ name: String, count: Int) throws -> any PendingRead {
        guard let id = graph.outputs[name], let region = regions[id] else {
            throw GraphError("there is no output '\(name)'")
        }
        return try backend.startReading(region, count: graph[id].description.count(samples: count))
    }

    private func register(with profiler: Profiler) -> [Phase: [Int]] {
        var parts: [Phase: [Int]] = [:]
        for (phase, steps) in steps {
            parts[phase] = zip(steps, nodes[phase] ?? []).map { step, node in
                profiler.add(ProfiledPart(graph.nodes[node], of: graph, step))
            }
        }
        return parts
    }

    private var arenas: [any DeviceBuffer] = []

    private func reserve(_ parameters: ParameterStore, _ neighbour: Plan?) throws {
        for (index, byteCount) in memory.arenaByteCounts.enumerated() {
            if let shared = neighbour?.arenas.dropFirst(index).first, shared.byteCount >= byteCount {
                arenas.append(shared)
            } else {
                arenas.append(try backend.makeBuffer(byteCount: byteCount, label: "activations"))
            }
        }
        for index in graph.values.indices {
            let id = ValueID(index: index)
            let value = graph[id]
            switch value.kind {
            case .parameter, .state, .gradient:
                guard graph.nodes.contains(where: { $0.inputs.contains(id) }) else { continue }
                regions[id] = try parameters.region(of: value.name)
            case .input:
                guard graph.nodes.contains(where: { $0.inputs.contains(id) }) else { continue }
                let byteCount = memory.inputByteCounts[value.name] ?? value.description.byteCount(samples: capacity)
                let shared = neighbour?.graph.inputs[value.name].flatMap { neighbour?.regions[$0]?.buffer }
                let buffer: any DeviceBuffer
                if let shared, shared.byteCount >= byteCount {
                    buffer = shared
                } else {
                    buffer = try backend.makeBuffer(byteCount: byteCount, label: value.name)
                }
                regions[id] = BufferRegion(buffer, byteCount: byteCount)
            case .activation: break
            }
        }
        for (id, region) in memory.activations {
            regions[id] = BufferRegion(
                arenas[region.arena], byteOffset: region.offset,
                byteCount: graph[id].description.byteCount(samples: capacity))
        }
        // Views of inputs and parameters lie where those do.
        for node in graph.nodes where node.operation.isView && regions[node.outputs[0]] == nil {
            regions[node.outputs[0]] = regions[node.inputs[0]]
        }
    }

    private func operand(_ id: ValueID, isConstant: Bool) throws -> Operand {
        guard let region = regions[id] else {
            throw GraphError("value '\(graph[id].name)' has no memory: nothing computes it")
        }
        let value = graph[id]
        let isStored =
            switch value.kind {
            case .parameter, .state: true
            case .input, .activation, .gradient: false
            }
        return Operand(value.description, region, isConstant: isConstant && isStored)
    }

    private static func checkSupport(_ graph: Graph, _ backend: any Backend) throws {
        for node in graph.nodes where !node.operation.isView {
            let (inputs, outputs) = graph.descriptions(of: node)
            guard backend.supports(node.operation, inputs: inputs, outputs: outputs) else {
                throw GraphError(
                    "layer '\(node.layer)': the device '\(backend.device.name)' cannot run \(node.operation.name)")
            }
        }
    }
}
