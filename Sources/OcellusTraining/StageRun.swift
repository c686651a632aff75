import OcellusData
import OcellusGraph
import OcellusImages
import OcellusModels
import OcellusNetworks

/// A stage under way: its plans on a device, and where its batches come from.
final class StageRun {
    let stage: TrainingStage
    let session: TrainingSession
    let training: any BatchSource
    let validation: any BatchSource
    /// What times the operations of steps, and the threads that prepare their pictures; nil for nothing.
    var profiler: Profiler? {
        didSet {
            session.training.profiler = profiler
            training.profiler = profiler
        }
    }

    /// What a run's stages have in common.
    struct Context {
        let network: Network
        let dataset: Dataset
        let split: DataSplit
        let cache: PictureCache
        let backend: any Backend
        let helpers: [any Backend]
        let options: TrainingOptions
        let features: FeatureCache
        let stopRequest: StopRequest

        /// What the devices do to pictures before a step; nil where the loader does it.
        var warp: PictureWarp? {
            PictureWarp(options.augmentation, cache.preprocessing, on: [backend] + helpers)
        }
    }

    /// Reserves memory.
    ///
    /// - Parameters:
    ///   - weights: what all weights are when the stage begins; nil when they are drawn from the seed.
    ///   - progress: told how many pictures' features have been computed, of how many.
    init(
        _ stage: TrainingStage, _ context: Context, weights: ModelWeights?, progress: @escaping (Int, Int) -> Void
    ) throws {
        self.stage = stage
        let options = context.options
        session = try TrainingSession(
            stage.graphs(of: context.network, options, context.backend, warp: context.warp), backend: context.backend,
            helpers: context.helpers.map {
                (try stage.graphs(of: context.network, options, $0, warp: context.warp), $0)
            },
            capacity: options.capacity, seed: options.seed, weights: weights)
        var frozen: (FrozenLayers, FeatureStore)?
        if stage.firstLayer > 0, let weights {
            let layers = try FrozenLayers(
                context.network, before: stage.firstLayer, weights: weights,
                preprocessing: context.cache.preprocessing, capacity: options.frozenCapacity, backend: context.backend)
            frozen = (
                layers,
                FeatureStore(
                    featureCount: layers.featureCount, checksum: layers.checksum, cache: context.features)
            )
        }
        func source(_ part: Part, _ loading: Loader.Options) throws -> any BatchSource {
            let indices = context.split.indices(of: part)
            guard let (layers, store) = frozen else {
                return PictureSource(
                    try Loader(context.dataset, indices: indices, cache: context.cache, options: loading))
            }
            return try FeatureSource(
                layers, store, dataset: context.dataset, indices: indices, cache: context.cache, options: loading,
                views: options.transfer?.augmentedViews ?? 1, stopRequest: context.stopRequest, progress: progress)
        }
        training = try source(
            .train,
            Loader.Options(
                batchSize: options.stepSize, isShuffled: true, seed: options.seed, augmentation: options.augmentation,
                isBalanced: options.balance == .sampler,
                leavesChangesToDevice: frozen == nil && context.warp != nil))
        validation = try source(.validation, Loader.Options(batchSize: options.batchSize))
    }
}

extension PictureWarp {
    /// What devices do to training pictures; nil where the loader is to do it: for a device that does not prepare pictures, and
    /// where colours are changed or pictures mixed.
    package init?(_ augmentation: Augmentation, _ preprocessing: Preprocessing, on devices: [any Backend]) {
        guard devices.allSatisfy(\.preparesPictures) else { return nil }
        self.init(augmentation, preprocessing)
    }
}
