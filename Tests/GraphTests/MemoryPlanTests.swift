import OcellusGraph
import Testing

@Suite("Memory planning")
struct MemoryPlanTests {
    /// A random graph of convolutions, activations, sums, views and poolings, with its loss and gradients.
    private func graph(seed: UInt64) throws -> Graph {
        var random = PhiloxSequence(seed: seed, purpose: .rendering)
        var graph = Graph()
        var values = [try graph.input("images", [12, 12, 4])]
        for index in 0..<12 {
            let input = values[Int(random.nextWord()) % values.count]
            let name = "layer\(index)"
            switch random.nextWord() % 4 {
            case 0:
                let filter = try graph.parameter(name, [3, 3, 4, 4], .zeros)
                let operation = Convolution(Window(3, padding: .same), hasBias: false)
                values.append(try graph.append(operation, [input, filter], layer: name)[0])
            case 1: values.append(try graph.append(Activation(.relu), [input], layer: name)[0])
            case 2:
                let other = values[Int(random.nextWord()) % values.count]
                values.append(try graph.append(Add(), [input, other], layer: name)[0])
            default:
                values.append(
                    try graph.append(MaxPooling(Window(3, padding: .same)), [input], layer: name)[0])
            }
        }
        let last = values[values.count - 1]
        let flat = try graph.append(Reshape.flatten, [last], layer: "flatten")
        let weight = try graph.parameter("dense", [12 * 12 * 4, 3], .zeros)
        let logits = try graph.append(Dense(hasBias: false), [flat[0], weight], layer: "dense")
        let targets = try graph.input("targets", [3])
        let loss = try graph.append(SoftmaxCrossEntropy(), [logits[0], targets], layer: "loss")
        graph.output("losses", loss[0])
        let gradients = try graph.differentiate(loss[0], withRespectTo: graph.parameters)
        for (parameter, gradient) in gradients.sorted(by: { $0.key.index < $1.key.index }) {
            try graph.append(SGDUpdate(), [parameter, gradient], layer: "update", phase: .update)
        }
        graph.removeUnused()
        return graph
    }

    @Test("what lives at the same time never shares memory", arguments: UInt64(0)..<40, [Int.max, 8192])
    func noOverlap(seed: UInt64, largestBuffer: Int) throws {
        let graph = try graph(seed: seed)
        let plan = MemoryPlan(graph, capacity: 3, alignment: 64, largestBuffer: largestBuffer) {
            $0.operation is Convolution ? 1000 : 0
        }
        #expect(plan.arenaByteCounts.allSatisfy { $0 <= largestBuffer })
        #expect(plan.arenaByteCounts.count > 1 || plan.arenaByteCount <= largestBuffer)
        // Simulates a run: each region remembers which value was written to it last.
        var owners: [(region: MemoryPlan.Region, value: ValueID)] = []
        func write(_ value: ValueID) {
            guard let region = plan.activations[value] else { return }
            owners.removeAll { $0.region.overlaps(region) }
            owners.append((region, value))
        }
        var source: [ValueID: ValueID] = [:]
        func root(_ value: ValueID) -> ValueID { source[value].map(root) ?? value }
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs where plan.activations[input] != nil {
                #expect(
                    owners.contains { $0.value == root(input) },
                    "\(node.operation.name) of \(node.layer) reads what was overwritten")
            }
            if node.operation.isView {
                source[node.outputs[0]] = node.inputs[0]
                continue
            }
            if let workspace = plan.workspaces[index] {
                for input in node.inputs + node.outputs {
                    guard let region = plan.activations[input] else { continue }
                    #expect(!workspace.overlaps(region))
                }
                owners.removeAll { $0.region.overlaps(workspace) }
            }
            for output in node.outputs { write(output) }
        }
        let kept = graph.outputs.values.filter { plan.activations[$0] != nil }
        for output in kept { #expect(owners.contains { $0.value == root(output) }) }
        for region in plan.activations.values {
            #expect(region.offset % 64 == 0 && region.offset + region.byteCount <= plan.arenaByteCounts[region.arena])
        }
    }

    @Test("a chain needs no more than its two largest neighbours")
    func chain() throws {
        var graph = Graph()
        var value = try graph.input("images", [8, 8, 16])
        for index in 0..<6 {
            let filter = try graph.parameter("w\(index)", [1, 1, 16, 16], .zeros)
            value = try graph.append(Convolution(Window(1), hasBias: false), [value, filter], layer: "c\(index)")[0]
        }
        graph.output("y", value)
        let plan = MemoryPlan(graph, capacity: 2, alignment: 64) { _ in 0 }
        #expect(plan.arenaByteCount == 2 * (2 * 8 * 8 * 16 * 4))
        #expect(plan.parameterByteCount == 6 * 16 * 16 * 4)
        #expect(plan.inputByteCount == 2 * 8 * 8 * 16 * 4)
    }

    @Test("an activation after its last use is overwritten in place")
    func inPlace() throws {
        var graph = Graph()
        let input = try graph.input("images", [4])
        let weight = try graph.parameter("w", [4, 4], .zeros)
        let dense = try graph.append(Dense(hasBias: false), [input, weight], layer: "dense")[0]
        let relu = try graph.append(Activation(.relu), [dense], layer: "relu")[0]
        graph.output("y", relu)
        let plan = MemoryPlan(graph, capacity: 8, alignment: 64) { _ in 0 }
        #expect(plan.activations[dense] == plan.activations[relu])
        graph.output("before", dense)
        let kept = MemoryPlan(graph, capacity: 8, alignment: 64) { _ in 0 }
        #expect(kept.activations[dense] != kept.activations[relu])
    }

    @Test("what is larger than a buffer may be is refused with its name, else it is spread over several buffers")
    func largestBuffer() throws {
        let graph = try graph(seed: 1)
        let backend = SmallDevice(limit: .max, largestBuffer: 8192)
        let plan = Plan.memoryPlan(graph, backend, capacity: 3)
        try plan.checkFit(on: backend)
        #expect(plan.arenaByteCounts.count > 1)
        let larger = Plan.memoryPlan(graph, backend, capacity: 4)
        #expect {
            try larger.checkFit(on: backend)
        } throws: {
            "\($0)".contains("'images' takes 9.22 kB in one piece, but 'small' gives at most 8.19 kB")
        }
        let short = SmallDevice(limit: plan.peakByteCount - 1, largestBuffer: .max)
        #expect {
            try plan.checkFit(on: short)
        } throws: {
            "\($0)".contains("of 'small' \(ByteCount(plan.peakByteCount - 1)) may be taken")
        }
    }

    @Test("plans that share memory have room for the larger of each arena")
    func room() throws {
        let graph = try graph(seed: 2)
        let small = MemoryPlan(graph, capacity: 1, alignment: 64, largestBuffer: 8192) { _ in 0 }
        let large = MemoryPlan(graph, capacity: 3, alignment: 64, largestBuffer: 8192) { _ in 0 }
        for both in [small.withRoom(for: large), large.withRoom(for: small)] {
            for (index, byteCount) in both.arenaByteCounts.enumerated() {
                let own = [small, large].compactMap { $0.arenaByteCounts.dropFirst(index).first }
                #expect(byteCount == own.max())
            }
            #expect(both.arenaByteCounts.count == max(small.arenaByteCounts.count, large.arenaByteCounts.count))
        }
    }
}

extension MemoryPlan.Region {
    fileprivate func overlaps(_ other: MemoryPlan.Region) -> Bool {
        arena == other.arena && offset < other.offset + other.byteCount && other.offset < offset + byteCount
    }
}

/// A device that has little memory, and does nothing.
private final class SmallDevice: Backend {
    let device = DeviceDescription(backend: "none", name: "small", detail: "", memoryByteCount: 0, alignment: 64)
    let memory: MemoryBudget

    init(limit: Int, largestBuffer: Int) {
        memory = MemoryBudget(byteCount: limit, largestBuffer: largestBuffer)
    }

    func makeBuffer(byteCount: Int, label: String) throws -> any DeviceBuffer { throw BackendError("no memory") }
    func write(_ bytes: UnsafeRawBufferPointer, to region: BufferRegion) throws {}
    func read(_ region: BufferRegion, into bytes: UnsafeMutableRawBufferPointer) throws {}
    func zero(_ region: BufferRegion) throws {}
    func supports(
        _ operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription]
    ) -> Bool { false }
    func workspaceByteCount(
        for operation: any Operation, inputs: [TensorDescription], outputs: [TensorDescription], capacity: Int
    ) -> Int { 0 }
    func prepare(_ operation: any Operation, _ arguments: OperationArguments) throws -> any PreparedStep {
        throw BackendError("nothing is prepared")
    }
    func run(_ steps: [any PreparedStep], _ invocation: Invocation) throws {}
    func synchronize() throws {}
}
