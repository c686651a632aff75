import OcellusData
import OcellusGraph

/// What frozen layers give for a part's pictures. Each picture's features are computed once a view and kept; where they would
/// take too much memory, in every epoch.
final class FeatureSource: BatchSource {
    private let layers: FrozenLayers
    private let store: FeatureStore
    private let dataset: Dataset
    private let cache: PictureCache
    private let indices: [Int]
    /// Gives the order of each epoch, and pictures where features are not kept.
    private let loader: Loader
    private let views: Int
    private let stopRequest: StopRequest
    private let progress: (_ done: Int, _ of: Int) -> Void

    /// The batches of the epoch that are still to come; nil while they come from the loader.
    private var rest: ArraySlice<Int>?
    private var view = 0

    /// Features of the pictures at `indices`.
    ///
    /// - Parameters:
    ///   - options: the batches' size and order, and how pictures are augmented.
    ///   - views: how many augmented views of each picture there are.
    ///   - progress: told how many pictures' features have been computed, of how many.
    init(
        _ layers: FrozenLayers, _ store: FeatureStore, dataset: Dataset, indices: [Int], cache: PictureCache,
        options: Loader.Options, views: Int, stopRequest: StopRequest, progress: @escaping (Int, Int) -> Void
    ) throws {
        self.layers = layers
        self.store = store
        self.dataset = dataset
        self.cache = cache
        self.indices = indices
        self.views = options.augmentation.isNone ? 1 : views
        self.stopRequest = stopRequest
        self.progress = progress
        loader = try Loader(dataset, indices: indices, cache: cache, options: options)
    }

    var count: Int { loader.count }
    var batchCount: Int { loader.batchCount }

    func start(epoch: Int, batch: Int) throws {
        view = epoch % views
        if try computeFeatures() {
            rest = loader.order(epoch: epoch).dropFirst(batch * loader.options.batchSize)
        } else {
            rest = nil
            loader.start(epoch: epoch, view: view, batch: batch)
        }
    }

    func next() throws -> InputBatch? {
        guard let rest else {
            return try loader.next().map { InputBatch(features: try layers.features(of: $0), labels: $0.labels) }
        }
        let batch = rest.prefix(loader.options.batchSize)
        guard !batch.isEmpty else { return nil }
        self.rest = rest.dropFirst(batch.count)
        return InputBatch(
            features: try store.features(of: batch.map(key)),
            labels: batch.map { Int32(dataset.samples[$0].classIndex) })
    }

    var profiler: Profiler? {
        get { loader.profiler }
        set { loader.profiler = newValue }
    }

    /// Computes what is missing of the view.
    /// - Returns: whether all of it is kept; false when there is not the memory.
    private func computeFeatures() throws -> Bool {
        let missing = indices.filter { !store.contains(key($0)) }
        guard !missing.isEmpty else { return true }
        guard store.reserve(missing.count) else { return false }
        var options = loader.options
        options.batchSize = layers.capacity
        options.isShuffled = false
        options.isBalanced = false
        let pictures = try Loader(dataset, indices: missing, cache: cache, options: options)
        pictures.start(epoch: view)
        var done = 0
        // What was computed before a stop is of use when training goes on.
        defer { store.save() }
        while let batch = try pictures.next() {
            if stopRequest.isMade { throw CancellationError() }
            store.add(batch.sampleIndices.map(key), try layers.features(of: batch))
            done += batch.count
            progress(done, missing.count)
        }
        return true
    }

    /// What identifies a picture in the view.
    private func key(_ index: Int) -> FeatureKey {
        let content = dataset.samples[index].content
        let augmentation = loader.options.augmentation
        guard !augmentation.isNone else { return FeatureKey(content) }
        return FeatureKey(
            content,
            augmentation.draw(
                seed: loader.options.seed, epoch: view, sample: index, width: cache.preprocessing.width,
                height: cache.preprocessing.height))
    }
}
