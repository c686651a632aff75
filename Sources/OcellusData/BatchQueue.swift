import OcellusImages

/// The batches in preparation, first in, first out: what the threads of a ``Loader`` share.
///
/// Threads take single pictures, the earliest batch's first, so that every thread works on the batch that is wanted next.
final class BatchQueue: @unchecked Sendable {
    private let dataset: Dataset
    private let files: [String]
    private let cache: PictureCache
    private let options: Loader.Options
    private let warp: AffineWarp
    private let pool: BatchPool

    // Guarded by the monitor.
    private let monitor = Monitor()
    private var pending: [PendingBatch] = []
    private var order: [Int] = []
    private var epoch = 0
    private var nextIndex = 0
    private var isCancelled = false
    private var isStopped = false

    init(dataset: Dataset, cache: PictureCache, options: Loader.Options) {
        self.dataset = dataset
        files = dataset.samples.map(dataset.file(of:))
        self.cache = cache
        self.options = options
        warp = AffineWarp(cache.preprocessing)
        pool = BatchPool(batchSize: options.batchSize, valuesPerImage: cache.preprocessing.valueCount)
        pending.reserveCapacity(options.batchesAhead + 1)
    }

    var allocatedBatchCount: Int { pool.allocatedCount }

    func start(order: [Int], epoch: Int, batch: Int) {
        monitor.withLock {
            // Threads may still write to a dropped batch; they hold it, and its memory is not used again before they let go.
            pending.removeAll(keepingCapacity: true)
            self.order = order
            self.epoch = epoch
            nextIndex = batch
            isCancelled = false
            while pending.count < options.batchesAhead, issue() {}
            monitor.broadcast()
        }
    }

    func next() throws -> Batch? {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if isCancelled || isStopped { throw CancellationError() }
            guard let first = pending.first else { return nil }
            if first.unfinished == 0 { break }
            monitor.wait()
        }
        let first = pending.removeFirst()
        if let failure = first.failure {
            pending.removeAll(keepingCapacity: true)
            nextIndex = Int.max
            throw failure.error
        }
        if issue() { monitor.broadcast() }
        return Batch(index: first.index, storage: first.takeStorage(), pool: pool)
    }

    func cancel() {
        monitor.withLock {
            isCancelled = true
            pending.removeAll(keepingCapacity: true)
            nextIndex = Int.max
            monitor.broadcast()
        }
    }

    func stop() {
        monitor.withLock {
            isStopped = true
            pending.removeAll()
            monitor.broadcast()
        }
    }

    /// What each thread does until `stop`.
    func work() {
        monitor.lock()
        defer { monitor.unlock() }
        while !isStopped {
            guard let batch = pending.first(where: { $0.nextPosition < $0.count }) else {
                monitor.wait()
                continue
            }
            let position = batch.nextPosition
            batch.nextPosition += 1
            monitor.unlock()
            let error = prepare(batch, position)
            monitor.lock()
            if let error, position < batch.failure?.position ?? Int.max { batch.failure = (position, error) }
            batch.unfinished -= 1
            if batch.unfinished == 0 { monitor.broadcast() }
        }
    }

    /// Puts the next batch in the queue; false at the end of the epoch.
    private func issue() -> Bool {
        guard nextIndex < Int.max / options.batchSize, nextIndex * options.batchSize < order.count else { return false }
        let start = nextIndex * options.batchSize
        let storage = pool.take()
        storage.labels.removeAll(keepingCapacity: true)
        storage.sampleIndices.removeAll(keepingCapacity: true)
        for index in order[start..<min(start + options.batchSize, order.count)] {
            storage.sampleIndices.append(index)
            storage.labels.append(Int32(dataset.samples[index].classIndex))
        }
        pending.append(PendingBatch(index: nextIndex, epoch: epoch, storage: storage, pool: pool))
        nextIndex += 1
        return true
    }

    private func prepare(_ batch: PendingBatch, _ position: Int) -> (any Error)? {
        let (index, target) = batch.place(position)
        do {
            let picture = try cache.picture(at: files[index])
            if options.augmentation.isNone {
                cache.preprocessing.normalize(picture, into: target)
            } else {
                let parameters = options.augmentation.draw(
                    seed: options.seed, epoch: batch.epoch, sample: index, width: picture.width, height: picture.height)
                warp.apply(picture, parameters, into: target)
            }
            return nil
        } catch {
            return error
        }
    }
}

/// A batch in preparation. All but the pictures' values is guarded by the queue's monitor; each picture's values are written
/// by the one thread that took it.
private final class PendingBatch {
    let index: Int
    let epoch: Int
    let count: Int
    var nextPosition = 0
    var unfinished: Int
    var failure: (position: Int, error: any Error)?
    private let storage: BatchStorage
    private var isHandedOver = false
    private let pool: BatchPool

    init(index: Int, epoch: Int, storage: BatchStorage, pool: BatchPool) {
        self.index = index
        self.epoch = epoch
        self.storage = storage
        self.pool = pool
        count = storage.sampleIndices.count
        unfinished = count
    }

    deinit {
        if !isHandedOver { pool.give(storage) }
    }

    /// The sample that stands at a position, and where its values go.
    func place(_ position: Int) -> (sample: Int, target: UnsafeMutableBufferPointer<Float>) {
        (storage.sampleIndices[position], storage.image(position))
    }

    /// Hands the memory over; to be called once all pictures are finished.
    func takeStorage() -> BatchStorage {
        isHandedOver = true
        return storage
    }
}
