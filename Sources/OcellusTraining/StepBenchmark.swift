import OcellusGraph
import OcellusModels
import OcellusNetworks

/// How fast a network's steps are on made-up pictures: no decoding, no augmentation.
public struct StepBenchmark: Sendable, Encodable {
    /// What is timed.
    public enum Mode: String, Sendable, Encodable, CaseIterable {
        case training, inference
    }

    /// Pictures a second, by the median step.
    public let imagesPerSecond: Double
    /// The median time of a step.
    public let millisecondsPerStep: Double
    /// The process's time on all cores for a step, by the mean: what else a machine does changes this least.
    public let cpuMillisecondsPerStep: Double
    /// From the network with its weights to the end of the first step: kernels built or loaded, weights packed.
    public let preparationSeconds: Double
    /// The most memory that the process had resident so far, in MB (10⁶ bytes).
    public let peakMemoryMB: Double
    /// What the plan reserved on the device, in MB.
    public let plannedMemoryMB: Double
    /// What the steps ran on.
    public let device: String
    /// Pictures a step.
    public let batch: Int
    /// What was timed.
    public let mode: Mode
    /// How many steps were timed, after warm-up.
    public let steps: Int

    /// Times steps for about `seconds`, after a warm-up.
    ///
    /// - Parameters:
    ///   - helpers: other devices that take a share of each batch, in training.
    ///   - profiler: what times each operation in as many seconds more; nil for none.
    /// - Throws: `GraphError`, `BackendError`.
    public init(
        _ network: Network, backend: any Backend, helpers: [any Backend] = [], batch: Int, mode: Mode,
        seconds: Double = 5, profiler: Profiler? = nil
    ) throws {
        let plan: Plan
        let preparation: Stopwatch
        var session: TrainingSession?
        if !helpers.isEmpty {
            guard mode == .training else { throw TrainingError("several devices train together; inference takes one") }
            func graphs(_ backend: any Backend) throws -> TrainingGraphs {
                try TrainingGraphs(
                    network, loss: SoftmaxCrossEntropy(), optimizer: OptimizerOptions(), accumulatesGradients: true,
                    checksGradients: backend.precision.wantsLossScaling, backend: backend)
            }
            preparation = Stopwatch()
            let made = try TrainingSession(
                graphs(backend), backend: backend, helpers: helpers.map { (try graphs($0), $0) },
                capacity: (batch + helpers.count) / (helpers.count + 1), seed: 0)
            plan = made.training
            session = made
        } else if mode == .training {
            let graphs = try TrainingGraphs(
                network, loss: SoftmaxCrossEntropy(), optimizer: OptimizerOptions(),
                checksGradients: backend.precision.wantsLossScaling, backend: backend)
            let parameters = ParameterStore(backend: backend)
            try parameters.add(graphs.training, seed: 0)
            preparation = Stopwatch()
            plan = try Plan(graphs.training, capacity: batch, parameters: parameters)
        } else {
            var graph = try network.inferenceGraph()
            let weights = ModelWeights(initialOf: graph, seed: 0)
            preparation = Stopwatch()
            let parameters = try ParameterStore(forInferenceOf: &graph, weights: weights, backend: backend)
            plan = try Plan(graph, capacity: batch, parameters: parameters, parametersAreConstant: true)
        }
        let inputs = try Self.inputs(network, batch)
        if session == nil {
            try plan.write(inputs.images, toInput: "images")
            if mode == .training { try plan.write(inputs.targets, toInput: "targets") }
        }
        let output = mode == .training ? "losses" : "probabilities"
        var step = 0
        var scale = backend.precision.wantsLossScaling ? LossScale() : nil
        func takeStep() throws {
            step += 1
            if let session {
                _ = try session.train(
                    InputBatch(features: inputs.images, labels: inputs.labels), step: step, learningRate: 1e-4, seed: 0,
                    scale: &scale)
                return
            }
            try plan.run(Invocation(count: batch, step: step, learningRate: 1e-4))
            _ = try plan.read(output, count: batch)
        }
        try takeStep()
        preparationSeconds = preparation.seconds
        let (cpuBefore, stepsBefore) = (ProcessUsage.cpuSeconds, step)
        let times = try Self.times(seconds: seconds, of: takeStep)
        cpuMillisecondsPerStep = (ProcessUsage.cpuSeconds - cpuBefore) * 1e3 / Double(step - stepsBefore)
        let median = times.median
        imagesPerSecond = Double(batch) / median
        millisecondsPerStep = median * 1e3
        peakMemoryMB = Double(ProcessUsage.peakResidentByteCount) / 1e6
        plannedMemoryMB = Double(plan.memory.peakByteCount) / 1e6
        device =
            (helpers.isEmpty ? "" : "\(helpers.count + 1) devices, the first: ")
            + backend.device.name + ", " + backend.device.detail
        self.batch = batch
        self.mode = mode
        steps = times.count
        guard let profiler else { return }
        plan.profiler = profiler
        _ = try Self.times(seconds: seconds, of: takeStep)
    }

    /// Calls `body` three times for warm-up, then for about `seconds`, five times at least.
    /// - Returns: how long each call took after the warm-up, in seconds.
    static func times(seconds: Double, of body: () throws -> Void) rethrows -> [Double] {
        for _ in 0..<3 { try body() }
        let whole = Stopwatch()
        var times: [Double] = []
        while times.count < 5 || (whole.seconds < seconds && times.count < 10_000) {
            let stopwatch = Stopwatch()
            try body()
            times.append(stopwatch.seconds)
        }
        return times
    }

    private static func inputs(
        _ network: Network, _ batch: Int
    ) throws -> (images: [Float], targets: [Float], labels: [Int32]) {
        var random = PhiloxSequence(seed: 0, purpose: .rendering)
        let classes = try network.classCount()
        return (
            (0..<batch * network.input.count).map { _ in random.nextUniform() },
            (0..<batch).flatMap { sample in (0..<classes).map { $0 == sample % classes ? Float(1) : 0 } },
            (0..<batch).map { Int32($0 % classes) }
        )
    }
}
