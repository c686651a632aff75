import Foundation
import OcellusData
import OcellusGraph
import OcellusModels
import OcellusNetworks

/// The learning rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017): the first steps of a
/// training whose rate grows from step to step, until the loss runs away. What it trains is thrown away.
public struct LearningRateTest: Sendable, Codable, Equatable {
    /// One step.
    public struct Point: Sendable, Codable, Equatable {
        /// How far the step went.
        public let learningRate: Float
        /// The batch's mean loss before it.
        public let loss: Double
        /// The exponential mean of the losses so far.
        public let smoothedLoss: Double

        /// A step.
        public init(learningRate: Float, loss: Double, smoothedLoss: Double) {
            self.learningRate = learningRate
            self.loss = loss
            self.smoothedLoss = smoothedLoss
        }
    }

    /// The steps that were taken, at growing rates.
    public private(set) var points: [Point] = []
    /// Whether it ended because the loss ran away.
    public private(set) var hasDiverged = false

    /// The part of a smoothed loss that is kept from the losses before.
    private static let smoothing = 0.98
    /// How many times the lowest loss the loss may be.
    private static let divergence = 4.0

    /// Takes the steps of a test.
    ///
    /// - Parameters:
    ///   - helpers: other devices that compute a share of each batch.
    ///   - options: how training would go; its learning rate and schedule do not matter. With `transfer` the head's stage is
    ///     tested.
    ///   - weights: what it would start from; nil for weights drawn from the seed.
    ///   - features: where what frozen layers give is kept.
    ///   - range: the first and the last learning rate.
    ///   - steps: how many steps lead from one to the other.
    ///   - progress: told of each step.
    /// - Throws: as `Trainer`; `CancellationError` when it was asked to stop.
    public init(
        _ network: Network, dataset: Dataset, split: DataSplit, cache: PictureCache, backend: any Backend,
        helpers: [any Backend] = [], options: TrainingOptions, weights: ModelWeights? = nil,
        features: FeatureCache = .memory,
        range: ClosedRange<Float> = 1e-7...10, steps: Int = 100, stopRequest: StopRequest = StopRequest(),
        progress: (_ step: Int, _ point: Point) -> Void = { _, _ in }
    ) throws {
        guard range.lowerBound > 0, range.upperBound.isFinite, range.lowerBound < range.upperBound, 10...10_000 ~= steps
        else { throw TrainingError("a range test goes from a rate above 0 to a higher one in 10 to 10000 steps") }
        var options = options
        options.average = nil
        try options.validate()
        try Trainer.check(network, dataset, split, cache.preprocessing, options)
        options = try options.balanced(for: dataset, split)
        options.microBatch = try TrainingMemory(
            for: network, options, on: backend, and: helpers,
            warp: PictureWarp(options.augmentation, cache.preprocessing, on: [backend] + helpers)
        ).microBatch
        guard let stage = try TrainingStage.all(of: network, options).first else { return }
        let run = try StageRun(
            stage,
            StageRun.Context(
                network: network, dataset: dataset, split: split, cache: cache, backend: backend, helpers: helpers,
                options: options,
                features: features, stopRequest: stopRequest),
            weights: weights, progress: { _, _ in })
        let growth = Double(range.upperBound / range.lowerBound)
        var scale = backend.precision.wantsLossScaling ? LossScale() : nil
        var (epoch, mean, lowest) = (0, 0.0, Double.infinity)
        try run.training.start(epoch: 0, batch: 0)
        for step in 0..<steps {
            if stopRequest.isMade { throw CancellationError() }
            var batch = try run.training.next()
            if batch == nil {
                epoch += 1
                try run.training.start(epoch: epoch, batch: 0)
                batch = try run.training.next()
            }
            guard let batch else { break }
            let rate = Float(Double(range.lowerBound) * pow(growth, Double(step) / Double(steps - 1)))
            let loss = try run.session.train(
                batch, step: step + 1, learningRate: rate, seed: options.seed, scale: &scale
            ).totals.meanLoss
            guard loss.isFinite else {
                hasDiverged = true
                break
            }
            mean = Self.smoothing * mean + (1 - Self.smoothing) * loss
            let smoothed = mean / (1 - pow(Self.smoothing, Double(step + 1)))
            let point = Point(learningRate: rate, loss: loss, smoothedLoss: smoothed)
            points.append(point)
            progress(step, point)
            lowest = min(lowest, smoothed)
            if smoothed > Self.divergence * lowest {
                hasDiverged = true
                break
            }
        }
    }

    /// A test whose points are known.
    public init(points: [Point], hasDiverged: Bool) {
        self.points = points
        self.hasDiverged = hasDiverged
    }

    /// The points that suggestions go by: without the first tenth, where the mean is of few, and the last five, where the loss
    /// runs away.
    private var judged: ArraySlice<Point> {
        let rest = points.dropFirst(points.count / 10).dropLast(5)
        return rest.count >= 3 ? rest : points[...]
    }

    /// The rate at half of the longest descent of the loss, as fastai's `valley` has it: of the longest row of points each
    /// lower than the one before, with others between them, the middle of the second third. Nil when the loss never fell.
    public var valley: Float? {
        let points = Array(judged)
        var lengths = [Int](repeating: 1, count: points.count)
        var end = 0
        for i in points.indices {
            for j in 0..<i where points[i].smoothedLoss < points[j].smoothedLoss {
                lengths[i] = max(lengths[i], lengths[j] + 1)
            }
            if lengths[i] > lengths[end] { end = i }
        }
        guard lengths.count > 2, lengths[end] > 2 else { return nil }
        let start = end - lengths[end]
        let third = Double(end - start) / 3
        return points[max(start + Int(third) + Int(third / 2), 0)].learningRate
    }

    /// The rate where the loss falls fastest over the logarithm of the rate. Nil when it never fell.
    public var steepest: Float? {
        var best: (slope: Double, rate: Float)?
        for (point, next) in zip(judged, judged.dropFirst()) {
            let slope =
                (next.smoothedLoss - point.smoothedLoss)
                / (log(Double(next.learningRate)) - log(Double(point.learningRate)))
            if slope < best?.slope ?? 0 { best = (slope, point.learningRate) }
        }
        return best?.rate
    }

    /// What `--learning-rate auto` takes: the valley, in two digits.
    public var suggestion: Float? { (valley ?? steepest).map(Self.rounded) }

    /// A rate in two digits: it is no more exact than that.
    package static func rounded(_ rate: Float) -> Float { Float(String(format: "%.1e", rate)) ?? rate }
}
