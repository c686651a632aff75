/// Where each activation of a graph lies in an arena, so that those that do not live at the same time share memory. There are
/// several arenas where the device gives not that much in one piece.
///
/// Nothing is allocated by making it: the peak is known before.
public struct MemoryPlan: Sendable, Equatable {
    /// Where something lies, in bytes.
    public struct Region: Sendable, Equatable {
        /// Which of the arenas.
        public let arena: Int
        /// From the arena's start.
        public let offset: Int
        /// Its length.
        public let byteCount: Int
    }

    /// Each arena's size in bytes.
    public private(set) var arenaByteCounts: [Int]
    /// The size of all arenas in bytes.
    public var arenaByteCount: Int { arenaByteCounts.reduce(0, +) }
    /// Bytes of each input, which has a buffer of its own.
    public private(set) var inputByteCounts: [String: Int]
    /// Bytes of all inputs.
    public var inputByteCount: Int { inputByteCounts.values.reduce(0, +) }
    /// Bytes of the weights.
    public let parameterByteCount: Int
    /// Bytes of running statistics and the optimiser's moments.
    public let stateByteCount: Int
    /// Bytes of the sums of gradients.
    public let gradientByteCount: Int
    /// Bytes that operations keep for themselves, as for packed weights.
    public let keptByteCount: Int
    /// Each activation's region; several values may share one (views, in-place operations).
    public let activations: [ValueID: Region]
    /// Each node's scratch memory, by its place in the graph.
    public let workspaces: [Int: Region]

    /// The most memory that the plan's buffers take, in bytes.
    public var peakByteCount: Int {
        arenaByteCount + inputByteCount + parameterByteCount + stateByteCount + gradientByteCount + keptByteCount
    }

    /// What takes most in one piece, and how many bytes.
    public let largest: Piece

    /// A tensor, or what operations need besides tensors.
    public struct Piece: Sendable, Equatable {
        /// The tensor's name or the layer's.
        public let name: String
        /// Its size.
        public let byteCount: Int
    }

    /// Refuses a plan that takes more than may be taken.
    ///
    /// - Parameter advice: what to do then, in words.
    /// - Throws: `GraphError` with both figures.
    public func checkFit(
        on backend: any Backend, advice: String = "take a smaller batch or smaller pictures"
    ) throws {
        let budget = backend.memory
        guard peakByteCount <= budget.limit else {
            throw GraphError(
                "the network takes \(ByteCount(peakByteCount)), but of '\(backend.device.name)' \(ByteCount(budget.limit)) may be "
                    + "taken; \(advice)")
        }
        guard largest.byteCount <= budget.largestBuffer else {
            throw GraphError(
                "'\(largest.name)' takes \(ByteCount(largest.byteCount)) in one piece, but '\(backend.device.name)' gives at most "
                    + "\(ByteCount(budget.largestBuffer)); \(advice)")
        }
    }

    /// Whether a backend has so much.
    public func fits(_ backend: any Backend) -> Bool { (try? checkFit(on: backend)) != nil }

    /// The same plan with arenas and inputs in which another has room too, for plans that never run at the same time.
    public func withRoom(for other: MemoryPlan) -> MemoryPlan {
        var plan = self
        plan.inputByteCounts.merge(other.inputByteCounts, uniquingKeysWith: max)
        for (index, byteCount) in other.arenaByteCounts.enumerated() {
            if index < plan.arenaByteCounts.count {
                plan.arenaByteCounts[index] = max(plan.arenaByteCounts[index], byteCount)
            } else {
                plan.arenaByteCounts.append(byteCount)
            }
        }
        return plan
    }

    /// Lays out a graph for batches of up to `capacity` samples.
    ///
    /// Greedy by size: the largest tensors are placed first, each in the lowest gap that is free for as long as it lives
    /// (Pisarchyk & Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
    /// - Parameters:
    ///   - largestBuffer: the most that an arena may have, in bytes; what is larger by itself gets one of its own size.
    ///   - keptByteCount: the memory that a node's operation keeps for itself.
    ///   - workspaceByteCount: the scratch memory that a backend wants for a node.
    public init(
        _ graph: Graph, capacity: Int, alignment: Int, largestBuffer: Int = .max,
        keptByteCount: (Graph.Node) -> Int = { _ in 0 }, workspaceByteCount: (Graph.Node) -> Int
    ) {
        self.keptByteCount = graph.nodes.reduce(0) { $0 + keptByteCount($1) }
        var storage = Storage(graph, capacity: capacity)
        storage.shareViewsAndInPlace()
        var tenants = storage.tenants()
        let firstWorkspace = tenants.count
        var workspaceNodes: [Int] = []
        for (index, node) in graph.nodes.enumerated() {
            let byteCount = workspaceByteCount(node)
            guard byteCount > 0 else { continue }
            workspaceNodes.append(index)
            tenants.append(Tenant(byteCount: byteCount, first: index, last: index))
        }
        let places = Tenant.place(&tenants, alignment: alignment, largestBuffer: largestBuffer)
        func region(_ tenant: Int) -> Region {
            Region(arena: places[tenant].arena, offset: places[tenant].offset, byteCount: tenants[tenant].byteCount)
        }

        var arenas = [Int](repeating: 0, count: (places.map(\.arena).max() ?? -1) + 1)
        for (place, tenant) in zip(places, tenants) {
            arenas[place.arena] = max(arenas[place.arena], place.offset + tenant.byteCount)
        }
        arenaByteCounts = arenas
        workspaces = Dictionary(
            uniqueKeysWithValues: workspaceNodes.enumerated().map { place, node in
                (node, region(firstWorkspace + place))
            })
        activations = storage.tenantOfValue.mapValues(region)
        var inputs: [String: Int] = [:]
        var byteCounts = (parameters: 0, states: 0, gradients: 0)
        var pieces = workspaceNodes.enumerated().map { place, node in
            Piece(name: graph.nodes[node].layer, byteCount: tenants[firstWorkspace + place].byteCount)
        }
        for value in graph.values {
            let byteCount = value.description.byteCount(samples: capacity)
            pieces.append(Piece(name: value.name, byteCount: byteCount))
            switch value.kind {
            case .input: inputs[value.name] = byteCount
            case .parameter: byteCounts.parameters += byteCount
            case .state: byteCounts.states += byteCount
            case .gradient: byteCounts.gradients += byteCount
            case .activation: break
            }
        }
        inputByteCounts = inputs
        (parameterByteCount, stateByteCount, gradientByteCount) = byteCounts
        largest = pieces.max { $0.byteCount < $1.byteCount } ?? Piece(name: "", byteCount: 0)
    }
}

/// Something that wants a part of the arena while the nodes `first ... last` run.
private struct Tenant {
    var byteCount: Int
    var first: Int
    var last: Int

    /// The arena of each tenant, and its offset in there.
    static func place(
        _ tenants: inout [Tenant], alignment: Int, largestBuffer: Int
    ) -> [(arena: Int, offset: Int)] {
        for index in tenants.indices {
            tenants[index].byteCount = (tenants[index].byteCount + alignment - 1) / alignment * alignment
        }
        var places = [(arena: Int, offset: Int)](repeating: (0, 0), count: tenants.count)
        var arenas: [[Int]] = []
        let order = tenants.indices.sorted {
            (tenants[$0].byteCount, $1) > (tenants[$1].byteCount, $0)
        }
        for index in order {
            let tenant = tenants[index]
            places[index] = (arenas.count, 0)
            for (arena, placed) in arenas.enumerated() {
                let neighbours = placed.filter {
                    tenants[$0].first <= tenant.last && tenant.first <= tenants[$0].last
                }.sorted { places[$0].offset < places[$1].offset }
                var offset = 0
                for neighbour in neighbours {
                    if offset + tenant.byteCount <= places[neighbour].offset { break }
                    offset = max(offset, places[neighbour].offset + tenants[neighbour].byteCount)
                }
                if offset <= largestBuffer - tenant.byteCount {
                    places[index] = (arena, offset)
                    break
                }
            }
            if places[index].arena == arenas.count { arenas.append([]) }
            arenas[places[index].arena].append(index)
        }
        return places
    }
}

/// Which activations share memory, and when each is alive.
private struct Storage {
    let graph: Graph
    let capacity: Int
    /// The value whose memory a value uses.
    private var root: [ValueID: ValueID] = [:]
    private(set) var tenantOfValue: [ValueID: Int] = [:]

    init(_ graph: Graph, capacity: Int) {
        self.graph = graph
        self.capacity = capacity
    }

    private func find(_ id: ValueID) -> ValueID {
        var id = id
        while let parent = root[id] { id = parent }
        return id
    }

    mutating func shareViewsAndInPlace() {
        for node in graph.nodes where node.operation.isView { root[node.outputs[0]] = node.inputs[0] }
        var lastUse: [ValueID: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs { lastUse[find(input)] = index }
        }
        for output in graph.outputs.values { lastUse[find(output)] = graph.nodes.count }
        for (index, node) in graph.nodes.enumerated() {
            guard let (output, input) = node.operation.inPlace else { continue }
            let source = find(node.inputs[input])
            let isRepeated = node.inputs.filter { find($0) == source }.count > 1
            guard graph[source].kind == .activation, lastUse[source] == index, !isRepeated,
                graph[source].description.byteCount(samples: capacity)
                    == graph[node.outputs[output]].description.byteCount(samples: capacity)
            else { continue }
            let target = find(node.outputs[output])
            root[target] = source
            lastUse[source] = lastUse[target] ?? index
        }
    }

    /// One tenant for each group of values that share memory.
    mutating func tenants() -> [Tenant] {
        var tenants: [Tenant] = []
        var tenantOfRoot: [ValueID: Int] = [:]
        func use(_ id: ValueID, at node: Int) {
            let source = find(id)
            guard graph[source].kind == .activation else { return }
            let byteCount = graph[id].description.byteCount(samples: capacity)
            if let index = tenantOfRoot[source] {
                tenants[index].last = node
                tenants[index].byteCount = max(tenants[index].byteCount, byteCount)
            } else {
                tenantOfRoot[source] = tenants.count
                tenants.append(Tenant(byteCount: max(byteCount, 1), first: node, last: node))
            }
        }
        for (index, node) in graph.nodes.enumerated() {
            for id in node.outputs + node.inputs {
                use(id, at: index)
            }
        }
        for output in graph.outputs.values { use(output, at: graph.nodes.count) }
        for node in graph.nodes {
            for id in node.inputs + node.outputs {
                if let tenant = tenantOfRoot[find(id)] { tenantOfValue[id] = tenant }
            }
        }
        for output in graph.outputs.values {
            if let tenant = tenantOfRoot[find(output)] { tenantOfValue[output] = tenant }
        }
        return tenants
    }
}
