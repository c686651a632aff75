import OcellusGraph
import OcellusNetworks

/// The graphs that training runs, fused for a backend, before any memory is reserved.
///
/// Both have the inputs `images` `[N, H, W, C]` and `targets` `[N, classes]`, and the outputs `losses` `[N]` and
/// `probabilities` `[N, classes]`.
public struct TrainingGraphs: Sendable {
    /// Forward, backward and update.
    public let training: Graph
    /// Forward alone, as in inference, with the plain cross-entropy (no smoothing, no weights), so that losses compare.
    public let evaluation: Graph

    /// Builds, differentiates and fuses.
    ///
    /// - Throws: `GraphError` naming the layer that does not fit.
    public init(
        _ network: Network, loss: SoftmaxCrossEntropy, optimizer: OptimizerOptions, backend: any Backend
    ) throws {
        try self.init(network, loss: loss, optimizer: optimizer, fusingWhere: backend.supports)
    }

    /// Builds, differentiates and fuses where fused operations are supported.
    ///
    /// - Throws: `GraphError` naming the layer that does not fit.
    public init(
        _ network: Network, loss: SoftmaxCrossEntropy, optimizer: OptimizerOptions,
        fusingWhere isSupported: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) throws {
        var (graph, lossValue) = try Self.forward(network, loss, isTraining: true)
        graph.fuse(keepsGradients: true, where: isSupported)
        let parameters = graph.parameters
        let gradients = try graph.differentiate(lossValue, withRespectTo: parameters)
        for parameter in parameters {
            guard let gradient = gradients[parameter] else { continue }
            try optimizer.appendUpdate(of: parameter, gradient: gradient, to: &graph)
        }
        graph.fuseUpdates(where: isSupported)
        training = graph
        var evaluation = try Self.evaluation(network)
        evaluation.fuse(where: isSupported)
        self.evaluation = evaluation
    }

    /// The graph of a network with its loss, as evaluation runs it, unfused.
    public static func evaluation(_ network: Network) throws -> Graph {
        try forward(network, SoftmaxCrossEntropy(), isTraining: false).graph
    }

    private static func forward(
        _ network: Network, _ loss: SoftmaxCrossEntropy, isTraining: Bool
    ) throws -> (graph: Graph, loss: ValueID) {
        let (builder, logits) = try network.build(isTraining: isTraining)
        var graph = builder.graph
        let targets = try graph.input("targets", graph[logits].description.shape)
        let results = try graph.append(loss, [logits, targets], layer: "loss")
        graph.output("losses", results[0])
        graph.output("probabilities", results[1])
        return (graph, results[0])
    }
}
