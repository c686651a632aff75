/// Where each activation of a graph lies in one arena, so that those that do not live at the same time share memory.
/// Nothing is allocated by making it: the peak is known before.
public struct MemoryPlan: Sendable, Equatable {
    /// Where something lies in the arena, in bytes.
    public struct Region: Sendable, Equatable {
        /// From the arena's start.
        public let offset: Int
        /// Its length.
        public let byteCount: Int
    }

    /// The arena's size in bytes.
    public let arenaByteCount: Int
    /// Bytes of the inputs, which have buffers of their own.
    public let inputByteCount: Int
    /// Bytes of the weights.
    public let parameterByteCount: Int
    /// Bytes of running statistics and the optimiser's moments.
    public let stateByteCount: Int
    /// Bytes of the sums of gradients.
    public let gradientByteCount: Int
    /// Each activation's region; several values may share one (views, in-place operations).
    public let activations: [ValueID: Region]
    /// Each node's scratch memory, by its place in the graph.
    public let workspaces: [Int: Region]

    /// The most memory that the plan's buffers take, in bytes.
    public var peakByteCount: Int {
        arenaByteCount + inputByteCount + parameterByteCount + stateByteCount + gradientByteCount
    }

    /// Refuses a plan that takes more than a device has.
    ///
    /// - Throws: `GraphError` with both figures.
    public func checkFit(on device: DeviceDescription) throws {
        guard peakByteCount <= device.memoryByteCount else {
            throw GraphError(
                "the network takes \(peakByteCount >> 20) MiB, but '\(device.name)' has \(device.memoryByteCount >> 20) MiB; take a "
                    + "smaller batch or smaller pictures")
        }
    }

    /// Lays out a graph for batches of up to `capacity` samples.
    ///
    /// Greedy by size: the largest tensors are placed first, each in the lowest gap that is free for as long as it lives
    /// (Pisarchyk & Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
    /// - Parameter workspaceByteCount: the scratch memory that a backend wants for a node.
    public init(_ graph: Graph, capacity: Int, alignment: Int, workspaceByteCount: (Graph.Node) -> Int) {
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
        let offsets = Tenant.place(&tenants, alignment: alignment)

        arenaByteCount = tenants.indices.map { offsets[$0] + tenants[$0].byteCount }.max() ?? 0
        workspaces = Dictionary(
            uniqueKeysWithValues: workspaceNodes.enumerated().map { place, node in
                let index = firstWorkspace + place
                return (node, Region(offset: offsets[index], byteCount: tenants[index].byteCount))
            })
        activations = storage.tenantOfValue.mapValues {
            Region(offset: offsets[$0], byteCount: tenants[$0].byteCount)
        }
        var byteCounts = (inputs: 0, parameters: 0, states: 0, gradients: 0)
        for value in graph.values {
            let byteCount = value.description.byteCount(samples: capacity)
            switch value.kind {
            case .input: byteCounts.inputs += byteCount
            case .parameter: byteCounts.parameters += byteCount
            case .state: byteCounts.states += byteCount
            case .gradient: byteCounts.gradients += byteCount
            case .activation: break
            }
        }
        (inputByteCount, parameterByteCount, stateByteCount, gradientByteCount) = byteCounts
    }
}

/// Something that wants a part of the arena while the nodes `first ... last` run.
private struct Tenant {
    var byteCount: Int
    var first: Int
    var last: Int

    /// The offset of each tenant.
    static func place(_ tenants: inout [Tenant], alignment: Int) -> [Int] {
        for index in tenants.indices {
            tenants[index].byteCount = (tenants[index].byteCount + alignment - 1) / alignment * alignment
        }
        var offsets = [Int](repeating: 0, count: tenants.count)
        var placed: [Int] = []
        let order = tenants.indices.sorted {
            (tenants[$0].byteCount, $1) > (tenants[$1].byteCount, $0)
        }
        for index in order {
            let tenant = tenants[index]
            let neighbours = placed.filter {
                tenants[$0].first <= tenant.last && tenant.first <= tenants[$0].last
            }.sorted { offsets[$0] < offsets[$1] }
            var offset = 0
            for neighbour in neighbours {
                if offset + tenant.byteCount <= offsets[neighbour] { break }
                offset = max(offset, offsets[neighbour] + tenants[neighbour].byteCount)
            }
            offsets[index] = offset
            placed.append(index)
        }
        return offsets
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
