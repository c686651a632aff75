import CAllocations
import Ocellus
import Testing

@Suite(.enabled(if: allocations_are_counted(), "Allocations are counted with glibc only."))
struct AllocationTests {
    @Test(arguments: [NamedNetwork.simple, .resnet18, .mobileNetV2])
    func `A step takes no memory`(name: NamedNetwork) throws {
        let network = name.network(height: 64, width: 64, classes: 3)
        // Of two threads this one does a share of each operation, and its share is counted.
        let backend = try CPUBackend(threads: 2)
        let graphs = try TrainingGraphs(
            network, loss: SoftmaxCrossEntropy(), optimizer: OptimizerOptions(), backend: backend)
        let session = try TrainingSession(graphs, backend: backend, capacity: 3, seed: 1)
        for plan in [session.training, session.evaluation] {
            try plan.write([Float](repeating: 0.5, count: 3 * network.input.count), toInput: "images")
            try plan.write([1, 0, 0, 0, 1, 0, 0, 0, 1] as [Float], toInput: "targets")
            for step in 1...3 { try plan.run(Invocation(count: 3, step: step, learningRate: 0.01)) }
            begin_allocations(0)
            for step in 4...8 { try plan.run(Invocation(count: 3, step: step, learningRate: 0.01)) }
            #expect(count_allocations() == 0)
        }
    }

    @Test(arguments: [NamedNetwork.mobileNetV2, .mobileNetV3Large, .efficientNetB0])
    func `An inference step takes no memory, its operations folded and fused`(name: NamedNetwork) throws {
        let backend = try CPUBackend(threads: 2)
        let network = name.network(height: 64, width: 64, classes: 3)
        var graph = try network.inferenceGraph()
        let weights = ModelWeights(initialOf: graph, seed: 0)
        let parameters = try ParameterStore(forInferenceOf: &graph, weights: weights, backend: backend)
        let plan = try Plan(graph, capacity: 3, parameters: parameters, parametersAreConstant: true)
        try plan.write([Float](repeating: 0.5, count: 3 * network.input.count), toInput: "images")
        for _ in 1...3 { try plan.run(Invocation(count: 3)) }
        begin_allocations(0)
        for _ in 1...5 { try plan.run(Invocation(count: 3)) }
        #expect(count_allocations() == 0)
    }

    @Test func `What is allocated is counted`() {
        begin_allocations(4000)
        let few = [Int](repeating: count_allocations() == 0 ? 1 : 0, count: 100)
        #expect(count_allocations() == 0)
        let many = [Int](repeating: few.count, count: 1000)
        #expect(count_allocations() == 1)
        #expect(many[few.reduce(0, +)] == 100)
    }
}
