import OcellusCPU
import OcellusGraph
import Testing

/// Floats on a cache line.
private final class Constants: @unchecked Sendable {  // Each test has its own.
    let values: UnsafeMutableBufferPointer<Float>

    init(_ count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
        values = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Float.self, capacity: count), count: count)
        for place in 0..<count { values[place] = Float(place) }
    }

    deinit { values.deallocate() }
}

@Suite struct ConstantParameterTests {
    private let description = TensorDescription([3, 2], batched: false)

    private func denseGraph() throws -> Graph {
        var graph = Graph()
        let x = try graph.input("x", [3])
        let weight = try graph.parameter("weight", [3, 2], .zeros)
        graph.output("y", try graph.append(Dense(hasBias: false), [x, weight], layer: "dense")[0])
        return graph
    }

    @Test func `Constants are used where they lie, and live as long as the store`() throws {
        var store: ParameterStore? = ParameterStore(backend: try CPUBackend(threads: 1))
        weak var owner: Constants?
        do {
            let constants = Constants(6)
            owner = constants
            try store?.addConstant(
                "weight", description, bytes: UnsafeRawBufferPointer(constants.values), owner: constants)
            constants.values[5] = 7  // seen, because nothing was copied
        }
        #expect(try store?.read("weight") == [0, 1, 2, 3, 4, 7])
        #expect(owner != nil)
        store = nil
        #expect(owner == nil)
    }

    @Test func `Constants without an owner, or not on a cache line, are copied`() throws {
        let store = ParameterStore(backend: try CPUBackend(threads: 1))
        let constants = Constants(7)
        try store.addConstant(
            "one", description, bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(constants.values)[..<24])
        )
        try store.addConstant(
            "two", description, bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(constants.values)[4...]),
            owner: constants)
        constants.values.update(repeating: 9)
        #expect(try store.read("one") == [0, 1, 2, 3, 4, 5])
        #expect(try store.read("two") == [1, 2, 3, 4, 5, 6])
    }

    @Test func `Constants cannot be written to, nor used by a plan that changes parameters`() throws {
        let store = ParameterStore(backend: try CPUBackend(threads: 1))
        let constants = Constants(6)
        try store.addConstant("weight", description, bytes: UnsafeRawBufferPointer(constants.values), owner: constants)
        #expect(throws: BackendError.self) { try store.write([1, 1, 1, 1, 1, 1], to: "weight") }
        #expect(throws: GraphError.self) { try Plan(denseGraph(), capacity: 1, parameters: store) }
        let plan = try Plan(denseGraph(), capacity: 1, parameters: store, parametersAreConstant: true)
        try plan.write([1, 10, 100] as [Float], toInput: "x")
        try plan.run(Invocation(count: 1))
        #expect(try plan.read("y", count: 1) == [420, 531])
    }

    @Test func `Constants of another size are refused, in words`() throws {
        let store = ParameterStore(backend: try CPUBackend(threads: 1))
        let constants = Constants(5)
        let error = #expect(throws: GraphError.self) {
            try store.addConstant("weight", description, bytes: UnsafeRawBufferPointer(constants.values))
        }
        #expect("\(error as Any)".contains("'weight'"))
    }
}
