import Foundation
import OcellusData
import OcellusGraph
import OcellusImages
import OcellusTraining

/// All that a run is made of, read and checked, before anything is written: the pictures and their parts, a network to begin
/// with, a device.
struct TrainingMaterial {
    let dataset: Dataset
    let split: DataSplit
    let cache: PictureCache
    let start: StartingPoint
    let device: ChosenDevice
    /// With the micro-batch that was chosen, and class weights where the balance asks for them.
    var options: TrainingOptions

    /// Reads what settings name.
    ///
    /// - Parameters:
    ///   - checked: told now and then how many pictures have been decoded, from any thread.
    ///   - willCheck: told the name of a device whose operations are about to be checked, which takes some seconds once.
    ///   - willTune: told the name of a device whose kernels are about to be tuned for the network, and the most
    ///     seconds that it takes.
    /// - Throws: the error of what cannot be read, or does not fit; `CancellationError` when it was asked to stop.
    init(
        _ settings: TrainingSettings, stopRequest: StopRequest, checked: (@Sendable (_ done: Int, _ of: Int) -> Void)?,
        willCheck: (_ device: String) -> Void, willTune: (_ device: String, _ seconds: Double) -> Void = { _, _ in }
    ) throws {
        try settings.options.validate()
        let listed = try Dataset(folder: settings.data)
        start = try StartingPoint(settings, classes: listed.classes)
        let chosen = try ChosenDevice(
            settings.device, threads: settings.threads, memoryLimit: settings.memoryLimit,
            precision: settings.precision, allowsSeveral: true, willCheck: willCheck)
        // What is wrong with the network, or too large for the device, shows before any picture is read.
        options = settings.options
        options.microBatch = try TrainingMemory(
            for: start.network, options, on: chosen.backend, and: chosen.helpers,
            warp: PictureWarp(
                options.augmentation, start.preprocessing, on: [chosen.backend] + chosen.helpers)
        ).microBatch
        device = try chosen.tuned(
            settings.tuning, for: PlannedGraph.training(start.network, options, on: chosen.backend),
            threads: settings.threads, willTune: willTune
        ) { stopRequest.isMade }
        let cache = PictureCache(preprocessing: start.preprocessing)
        let dataset = try Self.check(listed, cache, checked, stopRequest)
        split =
            try settings.splitFile.map { try DataSplit(file: $0, dataset: dataset) }
            ?? DataSplit(
                dataset, ratio: settings.splitRatio, lookalikes: dataset.lookalikes(in: cache),
                seed: settings.options.seed)
        (self.cache, self.dataset) = (cache, dataset)
        options = try options.balanced(for: dataset, split)
    }

    /// Decodes every picture once.
    static func check(
        _ listed: Dataset, _ cache: PictureCache, _ checked: (@Sendable (Int, Int) -> Void)?, _ stop: StopRequest
    ) throws -> Dataset {
        let count = listed.samples.count
        let dataset = try listed.checked(filling: cache) { done in checked?(done, count) }
        if stop.isMade { throw CancellationError() }
        return dataset
    }

    /// Tests which learning rates suit.
    func testLearningRates(
        features: FeatureCache, range: ClosedRange<Float> = 1e-7...10, steps: Int = 100, stopRequest: StopRequest,
        progress: (_ step: Int, _ point: LearningRateTest.Point) -> Void
    ) throws -> LearningRateTest {
        try LearningRateTest(
            start.network, dataset: dataset, split: split, cache: cache, backend: device.backend,
            helpers: device.helpers, options: options, weights: start.weights, features: features, range: range,
            steps: steps, stopRequest: stopRequest,
            progress: progress)
    }
}

extension LearningRateTest {
    /// Tests which learning rates suit a run that settings describe: all that `ocellus find-learning-rate` does, but for what it
    /// shows. Nothing is written anywhere.
    ///
    /// - Parameters:
    ///   - range: the first and the last learning rate.
    ///   - steps: how many steps lead from one to the other.
    ///   - checked: told now and then how many pictures have been decoded, from any thread.
    ///   - willCheck: told the name of a device whose operations are about to be checked, which takes some seconds once.
    ///   - progress: told of each step.
    /// - Throws: the error of what cannot be done.
    public init(
        _ settings: TrainingSettings, range: ClosedRange<Float> = 1e-7...10, steps: Int = 100,
        stopRequest: StopRequest = StopRequest(), checked: (@Sendable (_ done: Int, _ of: Int) -> Void)? = nil,
        willCheck: (_ device: String) -> Void = { _ in }, progress: (_ step: Int, _ point: Point) -> Void = { _, _ in }
    ) throws {
        let material = try TrainingMaterial(
            settings, stopRequest: stopRequest, checked: checked, willCheck: willCheck)
        self = try material.testLearningRates(
            features: .memory, range: range, steps: steps, stopRequest: stopRequest, progress: progress)
    }
}
