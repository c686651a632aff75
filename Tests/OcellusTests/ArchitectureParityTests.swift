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

    /// Checks a network's logits against another program's on each backend.
    private func expectLogits(
        _ expected: [Double], of network: Network, _ weights: ModelWeights, images: [Float]
    ) throws {
        let samples = images.count / network.input.count
        for backend in try Self.backends() {
            var (builder, logits) = try network.build(isTraining: false)
            builder.graph.output("logits", logits)
            let parameters = try ParameterStore(forInferenceOf: &builder.graph, weights: weights, backend: backend)
            let plan = try Plan(builder.graph, capacity: samples, parameters: parameters, parametersAreConstant: true)
            try plan.write(images, toInput: "images")
            try plan.run(Invocation(count: samples))
            let actual = try plan.read("logits", count: samples).map(Double.init)
            let error = zip(actual, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let power = expected.reduce(0) { $0 + $1 * $1 }
            #expect(error / power <= 1e-7, "\(backend.device.name): NMSE \(error / power)")
            let classes = expected.count / samples
            for start in stride(from: 0, to: expected.count, by: classes) {
                let range = start..<(start + classes)
                #expect(range.max { actual[$0] < actual[$1] } == range.max { expected[$0] < expected[$1] })
            }
        }
    }

    /// Writes tensors to a file and reads them for a network.
    private func load(_ tensors: [NamedTensor], for network: Network) throws -> ForeignWeights {
        let folder = try TemporaryFolder()
        try SafetensorsWriter.write(
            tensors + [NamedTensor("bn1.num_batches_tracked", [1], [7])], to: folder("weights.safetensors"))
        let foreign = try ForeignWeights(folder("weights.safetensors"), for: network)
        #expect(foreign.replacedClasses == nil)
        return foreign
    }

    @Test(
        "Logits are torchvision's, from a file with torchvision's tensors",
        arguments: NamedNetwork.allCases.filter { $0 != .simple })
    func parity(_ named: NamedNetwork) throws {
        let golden = try GoldenNetworks.load()
        let network = named.network(height: golden.size, width: golden.size, classes: golden.classes)
        let foreign = try load(GoldenNetworks.tensors(of: network), for: network)
        try expectLogits(
            #require(golden.logits[named.rawValue]), of: foreign.network, foreign.weights, images: golden.images)
    }

    @Test(
        "Logits are timm's, from a file with timm's tensors",
        arguments: [
            NamedNetwork.mobileNetV2, .mobileNetV3Small, .mobileNetV3Large, .efficientNetB0, .convNeXtTiny,
        ])
    func timm(_ named: NamedNetwork) throws {
        let golden = try GoldenNetworks.load()
        let timm = try #require(golden.timm[named.rawValue])
        let network = named.network(height: golden.size, width: golden.size, classes: golden.classes)
        let tensors = try GoldenNetworks.tensors(of: network).map { tensor in
            NamedTensor(try #require(timm.names[tensor.name]), tensor.shape, tensor.values)
        }
        let foreign = try load(tensors, for: network)
        try expectLogits(timm.logits, of: foreign.network, foreign.weights, images: golden.images)
        // What is missing is named as torchvision's tensor, what is too much as the file has it.
        let error = #expect(throws: ModelError.self) {
            try load(tensors.dropLast() + [NamedTensor("blocks.9.0.bn1.weight", [1], [1])], for: network)
        }
        #expect("\(error, default: "")".contains("'blocks.9.0.bn1.weight'"))
    }

    @Test(
        "Logits of photos are torchvision's",
        .enabled(if: realDataIsThere, "There is no ../shared/data beside the package."),
        arguments: NamedNetwork.allCases.filter { $0 != .simple })
    func photos(_ named: NamedNetwork) throws {
        let golden = try GoldenNetworks.load()
        let size = GoldenNetworks.photoSize
        let network = named.network(height: size, width: size, classes: golden.classes)
        let foreign = try load(GoldenNetworks.tensors(of: network), for: network)
        for (file, logits) in golden.photos {
            try expectLogits(
                #require(logits[named.rawValue]), of: foreign.network, foreign.weights,
                images: GoldenNetworks.pixels(ofPhoto: realData + "/photos/" + file))
        }
    }
}
