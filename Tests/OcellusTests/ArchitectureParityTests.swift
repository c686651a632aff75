import Foundation
import Ocellus
import Testing

@Suite("Networks with others' weights", .serialized)
struct ArchitectureParityTests {
    /// The CPU, and the first OpenCL device if there is one.
    private static func backends() throws -> [any Backend] {
        let opencl = try? OpenCLBackend(named: "opencl")
        return [try CPUBackend()] + (opencl.map { [$0] } ?? [])
    }

    private func logits(_ network: Network, _ weights: ModelWeights, _ golden: GoldenNetworks, _ backend: any Backend)
        throws -> [Double]
    {
        var (builder, logits) = try network.build(isTraining: false)
        builder.graph.output("logits", logits)
        let parameters = try ParameterStore(forInferenceOf: &builder.graph, weights: weights, backend: backend)
        let plan = try Plan(
            builder.graph, capacity: golden.samples, parameters: parameters, parametersAreConstant: true)
        try plan.write(golden.images, toInput: "images")
        try plan.run(Invocation(count: golden.samples))
        return try plan.read("logits", count: golden.samples).map(Double.init)
    }

    @Test(
        "Logits are torchvision's, from a file with torchvision's tensors",
        arguments: NamedNetwork.allCases.filter { $0 != .simple })
    func parity(_ named: NamedNetwork) throws {
        let golden = try GoldenNetworks.load()
        let expected = try #require(golden.logits[named.rawValue])
        let network = named.network(height: golden.size, width: golden.size, classes: golden.classes)
        let folder = try TemporaryFolder()
        try SafetensorsWriter.write(
            GoldenNetworks.tensors(of: network) + [NamedTensor("bn1.num_batches_tracked", [1], [7])],
            to: folder("weights.safetensors"))
        let foreign = try ForeignWeights(folder("weights.safetensors"), for: network)
        #expect(foreign.replacedClasses == nil)
        for backend in try Self.backends() {
            let actual = try logits(foreign.network, foreign.weights, golden, backend)
            let error = zip(actual, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let power = expected.reduce(0) { $0 + $1 * $1 }
            #expect(error / power <= 1e-7, "\(backend.device.name): NMSE \(error / power)")
        }
    }
}
