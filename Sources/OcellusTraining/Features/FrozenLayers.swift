import Foundation
import OcellusData
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks

/// A network's first layers with weights that do not change, as they run quickest: for inference, with batch
/// normalisation folded and operations fused. What they give for a picture is called its features.
final class FrozenLayers {
    /// How many features a picture has.
    let featureCount: Int
    /// 16 hexadecimal digits that tell apart whatever the features' bits depend on besides the picture: layers and their weights,
    /// preprocessing, device.
    let checksum: String

    /// How many pictures are computed at once.
    var capacity: Int { plan.capacity }

    private let plan: Plan
    private let valuesPerPicture: Int

    /// Puts the layers before `firstTrained` on a device.
    ///
    /// - Parameters:
    ///   - weights: at least those layers'.
    ///   - preprocessing: what pictures are prepared by.
    ///   - capacity: how many pictures are computed at once.
    /// - Throws: `ModelError`, `GraphError`, `BackendError`.
    init(
        _ network: Network, before firstTrained: Int, weights: ModelWeights, preprocessing: Preprocessing,
        capacity: Int, backend: any Backend
    ) throws {
        var (graph, shape) = try Self.graph(network, before: firstTrained)
        featureCount = shape.count
        valuesPerPicture = network.input.count
        var frozen = network
        frozen.name = ""
        frozen.layers = Array(network.layers[..<firstTrained])
        let names = graph.storedValues.map { graph[$0].name }
        let parameters = try ParameterStore(forInferenceOf: &graph, weights: weights, backend: backend)
        plan = try Plan(graph, capacity: capacity, parameters: parameters, parametersAreConstant: true)
        checksum = try Self.checksum(frozen, names, weights, preprocessing, plan)
    }

    private static func graph(_ network: Network, before firstTrained: Int) throws -> (Graph, features: Shape) {
        let (builder, features) = try network.build(layers: 0..<firstTrained, input: "images", isTraining: false)
        var graph = builder.graph
        graph.output("features", features)
        return (graph, builder.shape(of: features))
    }

    /// How the memory of the layers would be laid out, without reserving any.
    static func memory(
        _ network: Network, before firstTrained: Int, capacity: Int, backend: any Backend
    ) throws -> MemoryPlan {
        var (graph, _) = try graph(network, before: firstTrained)
        // Which scales are folded does not depend on the values.
        let counts = graph.stored.mapValues { graph[$0].description.shape.count }
        _ = try graph.foldScales { [Float](repeating: 1, count: counts[$0] ?? 0) }
        graph.fuse(where: backend.supports)
        return Plan.memoryPlan(graph, backend, capacity: capacity, parametersAreConstant: true)
    }

    /// The features of a batch's pictures, one after the other.
    /// - Throws: `BackendError`.
    func features(of batch: Batch) throws -> [Float] {
        try batch.withImages { images in
            var features: [Float] = []
            features.reserveCapacity(batch.count * featureCount)
            for start in stride(from: 0, to: batch.count, by: capacity) {
                let count = min(capacity, batch.count - start)
                let part = images[start * valuesPerPicture..<(start + count) * valuesPerPicture]
                try plan.write(UnsafeBufferPointer(rebasing: part), toInput: "images")
                try plan.run(Invocation(count: count))
                features += try plan.read("features", count: count)
            }
            return features
        }
    }

    private static func checksum(
        _ layers: Network, _ names: [String], _ weights: ModelWeights, _ preprocessing: Preprocessing, _ plan: Plan
    ) throws -> String {
        let device = plan.backend.device
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        var text = Data(
            "ocellus \(ocellusVersion) \(device.backend) \(device.name) \(device.detail) \(plan.backend.precision) "
                .utf8)
        text += try encoder.encode(layers)
        text += try encoder.encode(preprocessing)
        for name in names {
            let hash = try weights.withUnsafeValues(of: name) { XXH64.hash(UnsafeRawBufferPointer($0)) }
            text += Data(" \(name) \(hash)".utf8)
        }
        // Another version of a kernel or driver may give other bits under the same name: they are asked.
        var random = PhiloxSequence(seed: 0, purpose: .rendering)
        try plan.write((0..<layers.input.count).map { _ in 2 * random.nextUniform() - 1 }, toInput: "images")
        try plan.run(Invocation(count: 1))
        let features = try plan.read("features", count: 1)
        text += Data(" \(features.withUnsafeBytes { XXH64.hash($0) })".utf8)
        let digits = String(text.withUnsafeBytes { XXH64.hash($0) }, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
