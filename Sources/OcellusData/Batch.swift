/// Pictures ready for a training or evaluation step, from a ``Loader``.
///
/// The memory goes back to the loader when the last reference to the batch is gone, for a later batch to use: keep the batch
/// for as long as its pictures are read (until an asynchronous upload has ended, say), and no longer.
public final class Batch: @unchecked Sendable {
    /// The number of pictures: the loader's batch size, or fewer in the last batch.
    public var count: Int { storage.labels.count }
    /// The place of each picture's class.
    public var labels: [Int32] { storage.labels }
    /// Each picture's place in `Dataset.samples`.
    public var sampleIndices: [Int] { storage.sampleIndices }
    /// The batch's number within its epoch, from 0.
    public let index: Int
    /// How the pictures were mixed with one another; nil when they were not.
    public let mix: BatchMix?

    private let storage: BatchStorage
    private let pool: BatchPool

    init(index: Int, mix: BatchMix?, storage: BatchStorage, pool: BatchPool) {
        self.index = index
        self.mix = mix
        self.storage = storage
        self.pool = pool
    }

    deinit { pool.give(storage) }

    /// Reads the pictures' values: `[count, height, width, 3]`, normalised.
    public func withImages<Value, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(UnsafeBufferPointer(rebasing: storage.images[..<(count * storage.valuesPerImage)]))
    }
}

/// The memory of one batch.
final class BatchStorage {
    let images: UnsafeMutableBufferPointer<Float>
    let valuesPerImage: Int
    var labels: [Int32] = []
    var sampleIndices: [Int] = []
    /// Which of a sample's appearances in the epoch each is.
    var occurrences: [Int] = []

    init(batchSize: Int, valuesPerImage: Int) {
        self.valuesPerImage = valuesPerImage
        images = .allocate(capacity: batchSize * valuesPerImage)
        images.initialize(repeating: 0)
        labels.reserveCapacity(batchSize)
        sampleIndices.reserveCapacity(batchSize)
        occurrences.reserveCapacity(batchSize)
    }

    deinit { images.deallocate() }

    /// All pictures' values.
    var values: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: images[..<(labels.count * valuesPerImage)])
    }

    /// The place of one picture's values.
    func image(_ position: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: images[position * valuesPerImage..<(position + 1) * valuesPerImage])
    }
}

/// Memory of batches that are done with.
final class BatchPool: @unchecked Sendable {
    private let monitor = Monitor()
    private var free: [BatchStorage] = []
    private let batchSize: Int
    private let valuesPerImage: Int
    private var allocated = 0

    init(batchSize: Int, valuesPerImage: Int) {
        self.batchSize = batchSize
        self.valuesPerImage = valuesPerImage
    }

    var allocatedCount: Int { monitor.withLock { allocated } }

    func take() -> BatchStorage {
        monitor.withLock {
            if let storage = free.popLast() { return storage }
            allocated += 1
            return BatchStorage(batchSize: batchSize, valuesPerImage: valuesPerImage)
        }
    }

    func give(_ storage: BatchStorage) { monitor.withLock { free.append(storage) } }
}
