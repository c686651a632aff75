import OcellusGraph
import OcellusModels
import OcellusNetworks

/// A graph and the batch that it will be planned for: what kernels are tuned for.
public struct PlannedGraph: Sendable {
    /// The graph, fused for a backend.
    public let graph: Graph
    /// The most samples of a run.
    public let capacity: Int
    /// Whether its weights never change.
    public let isInference: Bool

    /// A graph for batches of up to `capacity` samples.
    public init(_ graph: Graph, capacity: Int, isInference: Bool) {
        self.graph = graph
        self.capacity = capacity
        self.isInference = isInference
    }

    /// What training runs, in all its stages, but for frozen layers.
    /// - Parameter options: with the micro-batch that there is memory for.
    /// - Throws: `GraphError` naming the layer that does not fit.
    public static func training(
        _ network: Network, _ options: TrainingOptions, on backend: any Backend
    ) throws -> [PlannedGraph] {
        try TrainingStage.all(of: network, options).flatMap { stage in
            let graphs = try stage.graphs(of: network, options, backend)
            return [graphs.training, graphs.evaluation].map {
                PlannedGraph($0, capacity: options.capacity, isInference: false)
            }
        }
    }

    /// What a benchmark of steps runs.
    /// - Throws: `GraphError` naming the layer that does not fit.
    public static func steps(
        _ network: Network, _ mode: StepBenchmark.Mode, batch: Int, on backend: any Backend
    ) throws -> PlannedGraph {
        switch mode {
        case .training:
            let graphs = try TrainingGraphs(
                network, loss: SoftmaxCrossEntropy(), optimizer: OptimizerOptions(), backend: backend)
            return PlannedGraph(graphs.training, capacity: batch, isInference: false)
        case .inference:
            var graph = try network.inferenceGraph()
            let weights = ModelWeights(initialOf: graph, seed: 0)
            _ = try graph.foldScales { try weights.values(of: $0) }
            graph.fuse(where: backend.supports)
            return PlannedGraph(graph, capacity: batch, isInference: true)
        }
    }
}
