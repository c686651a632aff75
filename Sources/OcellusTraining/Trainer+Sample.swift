import OcellusData
import OcellusImages

extension Trainer {
    /// Pictures of the next epoch's first batch as the network sees them, changed and mixed at random, and only brought back to
    /// colours.
    ///
    /// - Parameter count: how many at most.
    /// - Throws: the pictures' errors.
    public func sampleBatch(_ count: Int) throws -> [RGBImage] {
        let loader = try Loader(
            context.dataset, indices: context.split.indices(of: .train), cache: context.cache,
            options: Loader.Options(
                batchSize: options.stepSize, isShuffled: true, seed: options.seed, augmentation: options.augmentation,
                isBalanced: options.balance == .sampler, batchesAhead: 1))
        loader.start(epoch: progress.epoch)
        guard let batch = try loader.next() else { return [] }
        let preprocessing = context.cache.preprocessing
        let size = preprocessing.valueCount
        return batch.withImages { values in
            (0..<min(count, batch.count)).map { place in
                preprocessing.denormalized(
                    UnsafeBufferPointer(rebasing: values[place * size..<(place + 1) * size]))
            }
        }
    }
}
