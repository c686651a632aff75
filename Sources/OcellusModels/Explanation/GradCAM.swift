import OcellusGraph
import OcellusImages

/// Shows where in a picture a model finds what speaks for a class: Grad-CAM (Selvaraju et al., ICCV 2017).
///
/// With feature maps A `[H, W, K]` of a convolutional layer and the logit y of a class, the map is
/// `max(0, Σₖ αₖ Aₖ)`, where `αₖ` is the mean of ∂y/∂Aₖ over all places.
public final class GradCAM {
    /// The model.
    public let model: Model
    /// The layer whose feature maps are looked at.
    public let layer: String

    private let plan: Plan
    private let mapShape: Shape

    /// Puts a model's weights on a device and prepares its network and the gradient of its logits.
    ///
    /// - Parameter layer: a layer, or block, that gives feature maps, by its name as `ocellus summary` tells it; nil for the last one
    ///   before pictures are pooled or flattened away.
    /// - Throws: `ModelError` when there is no such layer; `GraphError`, `BackendError`.
    public init(_ model: Model, backend: any Backend, layer: String? = nil) throws {
        self.model = model
        var (builder, logits) = try model.network.build(isTraining: false, keepsGradients: true)
        let folded = try builder.graph.foldScales { try model.weights.values(of: $0) }
        var graph = builder.graph
        let maps = try Self.featureMaps(of: layer, in: graph)
        self.layer = maps.layer
        mapShape = graph[maps.value].description.shape
        let selection = try graph.input("selection", graph[logits].description.shape)
        let score = try graph.append(ClassScore(), [logits, selection], layer: "score")
        let gradients = try graph.differentiate(score[0], withRespectTo: [maps.value])
        guard let gradient = gradients[maps.value] else {
            throw GraphError("layer '\(maps.layer)': the classes do not depend on it")
        }
        graph.output("maps", maps.value)
        graph.output("gradient", gradient)
        graph.output("probabilities", try graph.append(Softmax(), [logits], layer: "softmax")[0])
        let parameters = try ParameterStore(graph, weights: model.weights, folded: folded, backend: backend)
        plan = try Plan(graph, capacity: 1, parameters: parameters, parametersAreConstant: true)
    }

    /// What speaks for a class in a picture.
    ///
    /// - Parameter classIndex: the class's place among the model's; nil for the likeliest.
    /// - Throws: `GraphError` when there is no such class; `BackendError`.
    public func explain(_ image: RGBImage, classIndex: Int? = nil) throws -> Explanation {
        if let classIndex, !model.classes.indices.contains(classIndex) {
            throw GraphError("there is no class \(classIndex); the model has \(model.classes.count)")
        }
        let seen = model.preprocessing.resized(image)
        let (chosen, confidence, heatmap) = try map(ofInput: model.preprocessing(image), classIndex: classIndex)
        return Explanation(
            image: seen, classIndex: chosen, className: model.classes[chosen], confidence: confidence, heatmap: heatmap)
    }

    /// The same of what goes into the network, `[height, width, 3]`.
    package func map(
        ofInput values: [Float], classIndex: Int? = nil
    ) throws -> (classIndex: Int, confidence: Float, heatmap: Heatmap) {
        try plan.write(values, toInput: "images")
        try plan.run(Invocation(count: 1), phases: .forward ... .forward)
        let probabilities = try plan.read("probabilities", count: 1)
        let chosen = classIndex ?? probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
        try plan.write(probabilities.indices.map { $0 == chosen ? Float(1) : 0 }, toInput: "selection")
        try plan.run(Invocation(count: 1), phases: .backward ... .backward)
        let heatmap = Heatmap(
            featureMaps: try plan.read("maps", count: 1), gradient: try plan.read("gradient", count: 1),
            height: mapShape[0], width: mapShape[1])
        return (chosen, probabilities[chosen], heatmap)
    }

    /// The value that a layer gives, or by default the last that has places and is not pooled from another.
    private static func featureMaps(
        of layer: String?, in graph: Graph
    ) throws -> (value: ValueID, layer: String) {
        func hasPlaces(_ node: Graph.Node) -> Bool {
            let shape = graph[node.outputs[0]].description.shape
            return shape.rank == 3 && shape[0] * shape[1] > 1
        }
        let candidates = graph.nodes.filter {
            hasPlaces($0) && !($0.operation is MaxPooling || $0.operation is AveragePooling)
        }
        guard let layer else {
            guard let last = candidates.last else {
                throw GraphError("the network has no layer whose result has places: there is nothing to map")
            }
            return (last.outputs[0], last.layer)
        }
        let own = graph.nodes.filter { $0.layer == layer || $0.layer.hasPrefix(layer + ".") }
        guard let last = own.last else {
            throw GraphError("there is no layer '\(layer)'; 'ocellus summary' names those there are")
        }
        guard hasPlaces(last) else {
            throw GraphError(
                "layer '\(layer)' gives \(graph[last.outputs[0]].description), which has no places; the last that has is "
                    + "'\(candidates.last?.layer ?? "")'")
        }
        return (last.outputs[0], layer)
    }
}

/// A picture, and where in it a model finds what speaks for a class.
public struct Explanation: Sendable {
    /// The picture as the network sees it.
    public let image: RGBImage
    /// The class's place among the model's.
    public let classIndex: Int
    /// The class.
    public let className: String
    /// Its probability, 0…1.
    public let confidence: Float
    /// Where it is found.
    public let heatmap: Heatmap

    /// The picture with the map over it: from blue, a little, to red, most; nothing where nothing speaks for the class.
    public func overlay() -> RGBImage { heatmap.overlaid(on: image) }
}

/// One class's logit, `Σ logits · selection`, whose gradient is the selection itself. It is never run: what is wanted of it is
/// where the gradient begins.
private struct ClassScore: DifferentiableOperation {
    static let name = "classScore"

    /// (logits `[N, C]`, selection `[N, C]`) → score `[N]`.
    func outputs(for inputs: [TensorDescription]) throws(ShapeMismatch) -> [TensorDescription] {
        [TensorDescription([], batched: true)]
    }

    func differentiate(_ builder: inout GradientBuilder) throws {
        builder.setGradient(ofInput: 0, to: builder.inputs[1])
    }
}
