import OcellusData
import OcellusGraph
import OcellusModels
import OcellusNetworks

/// A stage under way: its plans on a device, and where its batches come from.
final class StageRun {
    let stage: TrainingStage
    let session: TrainingSession
    let training: any BatchSource
    let validation: any BatchSource

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
            stage.graphs(of: context.network, options, context.backend), backend: context.backend,
            helpers: context.helpers.map { (try stage.graphs(of: context.network, options, $0), $0) },
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
                isBalanced: options.balance == .sampler))
        validation = try source(.validation, Loader.Options(batchSize: options.batchSize))
    }
}
