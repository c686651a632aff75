import OcellusGraph
import OcellusNetworks

/// How much of a device's memory training takes, and how many pictures of a batch are therefore computed at once: all of them,
/// or micro-batches whose gradients are added up.
public struct TrainingMemory: Sendable {
    /// Pictures a step.
    public let batchSize: Int
    /// Pictures that are computed at once; fewer than the batch where that does not fit, or where the options say so.
    public let microBatch: Int
    /// How memory is laid out in the stage of training that takes most.
    public let plan: MemoryPlan
    /// What the frozen layers take in that stage, in bytes.
    public let frozenByteCount: Int
    /// What gradients that come from other devices take, in bytes.
    public let arrivalByteCount: Int
    /// The largest sum of all buffers on the first device, which keeps the weights, in bytes.
    public var peakByteCount: Int { plan.peakByteCount + frozenByteCount + arrivalByteCount }
    /// The same of each other device.
    public let helperByteCounts: [Int]
    /// The most pictures of a batch that one device gets.
    public var share: Int { (batchSize + helperByteCounts.count) / (helperByteCounts.count + 1) }
    /// Whether batches are split although the network has batch normalisation, whose statistics are then those of a
    /// micro-batch: the result differs from the whole batch's.
    public let splitsBatchNormalization: Bool

    /// Plans the memory of training.
    ///
    /// Unless the options say how many pictures are computed at once, the batch, or a device's share of it, is halved until it
    /// fits.
    /// - Parameters:
    ///   - helpers: other devices that take a share of each batch.
    ///   - warp: what the devices do to pictures, where they prepare them.
    /// - Throws: `GraphError` when not even one picture at once fits, or what the options say does not; naming the layer of the
    ///   network that does not fit.
    public init(
        for network: Network, _ options: TrainingOptions, on backend: any Backend, and helpers: [any Backend] = [],
        warp: PictureWarp? = nil
    ) throws {
        guard options.batchSize > helpers.count else {
            throw TrainingError(
                "a batch of \(options.batchSize) pictures cannot be shared among \(helpers.count + 1) devices")
        }
        var options = options
        var size = min(options.capacity, (options.batchSize + helpers.count) / (helpers.count + 1))
        while true {
            let isGiven = options.microBatch != nil
            var trial = options
            trial.microBatch = size
            let stages = try TrainingStage.all(of: network, options).map { stage in
                (stage, try Self.memory(of: stage, network, trial, backend, helpers, warp))
            }
            guard let (stage, most) = stages.max(by: { $0.1.sum < $1.1.sum }) else {
                throw TrainingError("nothing is trained: there are no epochs")
            }
            let advice =
                isGiven
                ? "let the micro-batch be chosen, or take smaller pictures"
                : "take smaller pictures or a smaller network"
            do {
                for (_, memory) in stages { try Self.check(memory, backend, helpers, advice) }
            } catch {
                guard isGiven || size == 1 else {
                    size = (size + 1) / 2
                    continue
                }
                throw GraphError(
                    (size == 1 ? "even with one picture at a time, " : "with \(size) pictures at a time, ") + "\(error)"
                )
            }
            options = trial
            batchSize = options.stepSize
            microBatch = size
            plan = most.plan
            frozenByteCount = most.frozen?.peakByteCount ?? 0
            arrivalByteCount = most.arrival
            helperByteCounts = most.helpers.map(\.peakByteCount)
            let graph = try stage.graphs(of: network, options, backend).training
            splitsBatchNormalization =
                size < options.stepSize && graph.nodes.contains { $0.operation is BatchNormalization }
            return
        }
    }

    /// The plans that are in memory at the same time in a stage.
    private typealias Stage = (plan: MemoryPlan, frozen: MemoryPlan?, arrival: Int, helpers: [MemoryPlan], sum: Int)

    private static func memory(
        of stage: TrainingStage, _ network: Network, _ options: TrainingOptions, _ backend: any Backend,
        _ helpers: [any Backend], _ warp: PictureWarp?
    ) throws -> Stage {
        let graphs = try stage.graphs(of: network, options, backend, warp: warp)
        let plan = TrainingSession.memory(graphs, backend, capacity: options.capacity)
        let frozen =
            stage.firstLayer == 0
            ? nil
            : try FrozenLayers.memory(
                network, before: stage.firstLayer, capacity: options.frozenCapacity, backend: backend)
        let arrival = helpers.isEmpty ? 0 : DataParallel.arrivalByteCount(graphs.gradients)
        let others = try helpers.map {
            Plan.memoryPlan(
                try stage.graphs(of: network, options, $0, warp: warp).gradients, $0, capacity: options.capacity)
        }
        return (plan, frozen, arrival, others, plan.peakByteCount + (frozen?.peakByteCount ?? 0) + arrival)
    }

    private static func check(
        _ stage: Stage, _ backend: any Backend, _ helpers: [any Backend], _ advice: String
    ) throws {
        for (helper, plan) in zip(helpers, stage.helpers) { try plan.checkFit(on: helper, advice: advice) }
        try stage.plan.checkFit(on: backend, advice: advice)
        try stage.frozen?.checkFit(on: backend, advice: advice)
        guard stage.sum <= backend.memory.limit else {
            let extras = [
                (stage.frozen?.peakByteCount ?? 0, "its frozen layers"), (stage.arrival, "other devices' gradients"),
            ].filter { $0.0 > 0 }.map { "\(ByteCount($0)) of it for \($1)" }
            throw GraphError(
                "the network takes \(ByteCount(stage.sum)), \(extras.joined(separator: " and ")), but "
                    + "of '\(backend.device.name)' \(ByteCount(backend.memory.limit)) may be taken; \(advice)")
        }
    }
}
