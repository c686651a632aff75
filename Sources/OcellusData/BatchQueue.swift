import OcellusGraph
import OcellusImages

/// The batches in preparation, first in, first out: what the threads of a ``Loader`` share.
///
/// Threads take single pictures, the earliest batch's first, so that every thread works on the batch that is wanted next.
final class BatchQueue: @unchecked Sendable {
    private let dataset: Dataset
    private let files: [String]
    private let cache: PictureCache
    private let options: Loader.Options
    private let pool: BatchPool

    // Guarded by the monitor.
    private let monitor = Monitor()
    private var pending: [PendingBatch] = []
    private var order: [Int] = []
    /// Which of its sample's appearances in the epoch each place of the order is; empty when all appear alike.
    private var occurrences: [Int] = []
    private var epoch = 0
    private var nextIndex = 0
    private var isCancelled = false
    private var isStopped = false
    private var currentProfiler: Profiler?

    init(dataset: Dataset, cache: PictureCache, options: Loader.Options) {
        self.dataset = dataset
        files = dataset.samples.map(dataset.file(of:))
        self.cache = cache
        self.options = options
        pool = BatchPool(
            batchSize: options.batchSize, valuesPerImage: cache.preprocessing.valueCount,
            holdsSamples: options.leavesChangesToDevice)
        pending.reserveCapacity(options.batchesAhead + 1)
    }

    /// What times the threads' work.
    var profiler: Profiler? {
        get { monitor.withLock { currentProfiler } }
        set { monitor.withLock { currentProfiler = newValue } }
    }

    var allocatedBatchCount: Int { pool.allocatedCount }

    func start(order: [Int], epoch: Int, batch: Int, variesRepeats: Bool) {
        monitor.withLock {
            // Threads may still write to a dropped batch; they hold it, and its memory is not used again before they let go.
            pending.removeAll(keepingCapacity: true)
            self.order = order
            occurrences = variesRepeats ? Self.occurrences(in: order) : []
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
        return Batch(index: first.index, mix: first.mix, storage: first.takeStorage(), pool: pool)
    }

    private static func occurrences(in order: [Int]) -> [Int] {
        var counts: [Int: Int] = [:]
        return order.map { sample in
            defer { counts[sample, default: 0] += 1 }
            return counts[sample, default: 0]
        }
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
    /// - Parameter thread: its number.
    func work(_ thread: Int) {
        let augmenter = Augmenter(cache.preprocessing)
        monitor.lock()
        defer { monitor.unlock() }
        while !isStopped {
            guard let batch = pending.first(where: { $0.nextPosition < $0.count }) else {
                monitor.wait()
                continue
            }
            let position = batch.nextPosition
            batch.nextPosition += 1
            let profiler = currentProfiler
            monitor.unlock()
            let error =
                if let profiler {
                    profiler.measure("prepare a picture", loader: thread) { prepare(batch, position, augmenter) }
                } else {
                    prepare(batch, position, augmenter)
                }
            monitor.lock()
            if let error, position < batch.failure?.position ?? Int.max { batch.failure = (position, error) }
            if batch.unfinished == 1, batch.mix != nil {
                // The last one at work on the batch; it is handed out after this only.
                monitor.unlock()
                batch.mixPictures(width: cache.preprocessing.width)
                monitor.lock()
            }
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
        storage.occurrences.removeAll(keepingCapacity: true)
        for place in start..<min(start + options.batchSize, order.count) {
            let index = order[place]
            storage.sampleIndices.append(index)
            storage.labels.append(Int32(dataset.samples[index].classIndex))
            storage.occurrences.append(occurrences.isEmpty ? 0 : occurrences[place])
        }
        let mix = options.augmentation.drawMix(
            seed: options.seed, epoch: epoch, batch: nextIndex, width: cache.preprocessing.width,
            height: cache.preprocessing.height)
        pending.append(PendingBatch(index: nextIndex, epoch: epoch, mix: mix, storage: storage, pool: pool))
        nextIndex += 1
        return true
    }

    private func prepare(_ batch: PendingBatch, _ position: Int, _ augmenter: Augmenter) -> (any Error)? {
        let (index, occurrence) = batch.place(position)
        do {
            let picture = try cache.picture(at: files[index])
            if options.augmentation.isNone, !options.leavesChangesToDevice {
                cache.preprocessing.normalize(picture, into: batch.values(position))
                return nil
            }
            let change = options.augmentation.draw(
                seed: options.seed, epoch: batch.epoch, sample: index, occurrence: occurrence, width: picture.width,
                height: picture.height)
            if options.leavesChangesToDevice {
                batch.keep(picture, change.warp(width: picture.width, height: picture.height), at: position)
            } else {
                augmenter.apply(change, to: picture, into: batch.values(position))
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
    let mix: BatchMix?
    var nextPosition = 0
    var unfinished: Int
    var failure: (position: Int, error: any Error)?
    private let storage: BatchStorage
    private var isHandedOver = false
    private let pool: BatchPool

    init(index: Int, epoch: Int, mix: BatchMix?, storage: BatchStorage, pool: BatchPool) {
        self.index = index
        self.epoch = epoch
        self.mix = mix
        self.storage = storage
        self.pool = pool
        count = storage.sampleIndices.count
        unfinished = count
    }

    deinit {
        if !isHandedOver { pool.give(storage) }
    }

    /// The sample that stands at a position, and which of its appearances in the epoch it is.
    func place(_ position: Int) -> (sample: Int, occurrence: Int) {
        (storage.sampleIndices[position], storage.occurrences[position])
    }

    /// Where a position's values go.
    func values(_ position: Int) -> UnsafeMutableBufferPointer<Float> { storage.values(position) }

    /// Keeps a position's samples.
    func keep(_ picture: RGBImage, _ change: PictureWarp.Change, at position: Int) {
        storage.keep(picture, change, at: position)
    }

    /// To be called once all pictures are there, by one thread.
    func mixPictures(width: Int) { mix?.apply(to: storage.values, count: count, width: width) }

    /// Hands the memory over; to be called once all pictures are finished.
    func takeStorage() -> BatchStorage {
        isHandedOver = true
        return storage
    }
}
