import OcellusGraph
import OcellusNetworks

/// The graphs that training runs, fused for a backend, before any memory is reserved.
///
/// Both have the inputs `images` `[N, H, W, C]` and `targets` `[N, classes]`, and the outputs `losses` `[N]` and
/// `probabilities` `[N, classes]`. Where the first layers are frozen they are not in the graphs, and in place of `images` there is
/// `features`, what those layers give: no gradient is computed for them. Where the device prepares pictures, the graphs of training
/// have `pictures` and `changes` in place of `images` (`Graph.preparePictures`).
public struct TrainingGraphs: Sendable {
    /// Forward, backward and update.
    public let training: Graph
    /// Whether the gradients are summed up in the phases before the update, so that a step may be made up of several runs of
    /// those and one of the update.
    public let accumulatesGradients: Bool
    /// Forward and backward alone, where gradients are summed up: what a device runs that has no part in the update.
    public let gradients: Graph
    /// The weights and running statistics of which an average is kept, and evaluated; none where the weights themselves are.
    public let averagedNames: [String]
    /// Whether the training graph has an output `nonfinite` `[1]`, of the phase `check`: 1 when some gradient, or sum of
    /// gradients, is infinite or no number, else 0.
    public let checksGradients: Bool
    /// Forward alone, as in inference, with the plain cross-entropy (no smoothing, no weights), so that losses compare.
    public let evaluation: Graph

    /// Builds, differentiates and fuses.
    ///
    /// - Parameters:
    ///   - firstLayer: the first layer that is trained.
    ///   - rateFactors: what the learning rate is multiplied by for a parameter, by name; 1 unless given.
    ///   - accumulatesGradients: whether something may act between the gradients and the update; it takes memory for all
    ///     gradients, and the update is not joined with them. Clipping needs that, and turns it on.
    ///   - checksGradients: whether the gradients, or their sums, are checked before the update, until when all of them are kept.
    ///   - clipping: what is done to large gradients just before the update.
    ///   - average: the average that is kept of the weights and running statistics, under their names behind
    ///     `WeightAverage.prefix`.
    ///   - warp: what the device does to pictures before anything else; nil where images are written as they are.
    /// - Throws: `GraphError` naming the layer that does not fit.
    public init(
        _ network: Network, from firstLayer: Int = 0, loss: SoftmaxCrossEntropy, optimizer: OptimizerOptions,
        rateFactors: [String: Float] = [:], accumulatesGradients: Bool = false, checksGradients: Bool = false,
        clipping: GradientClipping = GradientClipping(), average: WeightAverage? = nil, warp: PictureWarp? = nil,
        backend: any Backend
    ) throws {
        try self.init(
            network, from: firstLayer, loss: loss, optimizer: optimizer, rateFactors: rateFactors,
            accumulatesGradients: accumulatesGradients, checksGradients: checksGradients, clipping: clipping,
            average: average, warp: warp, fusingWhere: backend.supports)
    }

    /// Builds, differentiates and fuses where fused operations are supported.
    ///
    /// - Throws: `GraphError` naming the layer that does not fit.
    public init(
        _ network: Network, from firstLayer: Int = 0, loss: SoftmaxCrossEntropy, optimizer: OptimizerOptions,
        rateFactors: [String: Float] = [:], accumulatesGradients: Bool = false, checksGradients: Bool = false,
        clipping: GradientClipping = GradientClipping(), average: WeightAverage? = nil, warp: PictureWarp? = nil,
        fusingWhere isSupported: (any Operation, [TensorDescription], [TensorDescription]) -> Bool
    ) throws {
        var (graph, lossValue) = try Self.forward(network, firstLayer, loss, isTraining: true)
        if let warp, firstLayer == 0 { try graph.preparePictures(by: warp) }
        graph.fuse(keepsGradients: true, where: isSupported)
        let parameters = graph.parameters
        var gradients = try graph.differentiate(lossValue, withRespectTo: parameters)
        self.checksGradients = checksGradients
        // A gradient that two parameters share cannot be unscaled in place for each.
        let isShared = Set(gradients.values).count < gradients.count
        self.accumulatesGradients = accumulatesGradients || !clipping.isNone || checksGradients && isShared
        let averaged = average == nil ? [] : graph.storedValues
        if self.accumulatesGradients { gradients = try graph.accumulate(gradients) }
        self.gradients = graph
        let sums = parameters.compactMap { gradients[$0] }
        if checksGradients {
            graph.output("nonfinite", try graph.append(NonFiniteCheck(), sums, layer: "loss scale", phase: .check)[0])
            // Sums are of what has been unscaled.
            for gradient in sums where !self.accumulatesGradients {
                try graph.append(GradientUnscaling(), [gradient], layer: graph[gradient].name, phase: .update)
            }
        }
        try graph.clip(sums, clipping)
        for parameter in parameters {
            guard let gradient = gradients[parameter] else { continue }
            try optimizer.appendUpdate(
                of: parameter, gradient: gradient, rateFactor: rateFactors[graph[parameter].name] ?? 1, to: &graph)
        }
        graph.fuseUpdates(where: isSupported)
        if let average { try graph.keepAverage(average, of: averaged) }
        graph.joinUpdates(where: isSupported)
        training = graph
        averagedNames = averaged.map { graph[$0].name }
        var evaluation = try Self.evaluation(network, from: firstLayer)
        evaluation.fuse(where: isSupported)
        self.evaluation = evaluation
    }

    /// The graph of a network, or of its layers from one on, with its loss, as evaluation runs it, unfused.
    public static func evaluation(_ network: Network, from firstLayer: Int = 0) throws -> Graph {
        try forward(network, firstLayer, SoftmaxCrossEntropy(), isTraining: false).graph
    }

    private static func forward(
        _ network: Network, _ firstLayer: Int, _ loss: SoftmaxCrossEntropy, isTraining: Bool
    ) throws -> (graph: Graph, loss: ValueID) {
        let (builder, logits) =
            firstLayer == 0
            ? try network.build(isTraining: isTraining)
            : try network.build(
                layers: firstLayer..<network.layers.count, input: "features", isTraining: isTraining)
        var graph = builder.graph
        let targets = try graph.input("targets", graph[logits].description.shape)
        let results = try graph.append(loss, [logits, targets], layer: "loss")
        graph.output("losses", results[0])
        graph.output("probabilities", results[1])
        return (graph, results[0])
    }
}

extension Graph {
    /// Appends what is done to large gradients before the update: each element's clipping, then that of the norm.
    fileprivate mutating func clip(_ gradients: [ValueID], _ clipping: GradientClipping) throws {
        if let limit = clipping.value {
            for gradient in gradients {
                try append(GradientClamp(limit: limit), [gradient], layer: self[gradient].name, phase: .update)
            }
        }
        guard let maximum = clipping.norm, !gradients.isEmpty else { return }
        let norm = try append(GradientNorm(maximum: maximum), gradients, layer: "gradients", phase: .update)
        for gradient in gradients {
            try append(GradientScale(), [gradient] + norm, layer: self[gradient].name, phase: .update)
        }
    }

    /// Appends an average of each value, after all updates.
    fileprivate mutating func keepAverage(_ average: WeightAverage, of values: [ValueID]) throws {
        let update = MovingAverage(decay: average.decay, warmsUp: average.warmsUp)
        for value in values {
            let name = self[value].name
            let state = try self.state(WeightAverage.prefix + name, self[value].description.shape, .zeros)
            try append(update, [state, value], layer: name, phase: .update)
        }
    }
}
