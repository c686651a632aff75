import OcellusGraph
import OcellusImages

/// Hands out a part's pictures in batches, decoded, augmented and normalised by threads of its own while the step before
/// is computed.
///
///     loader.start(epoch: 3)
///     while let batch = try loader.next() { … }
///
/// What a batch holds depends on the data set, the options, the epoch and the batch's number alone: never on the number of
/// threads, nor on where an epoch was resumed. One thread at a time may call `start` and `next`; `cancel` any.
public final class Loader: Sendable {
    /// How a loader works.
    public struct Options: Sendable {
        /// The number of pictures a batch; the last batch of an epoch may have fewer.
        public var batchSize: Int
        /// Whether each epoch has an order of its own; else the pictures come in the order given.
        public var isShuffled: Bool
        /// What the order and the augmentation are drawn from.
        public var seed: UInt64
        /// Random changes, drawn anew in each epoch.
        public var augmentation: Augmentation
        /// Whether classes come equally often, in a shuffled order: pictures of small ones several times an epoch, each time
        /// changed in another way.
        public var isBalanced: Bool
        /// Whether pictures are handed out as 8-bit samples, and what was drawn for each, for a device to do
        /// (`Batch.withPictures`). It must not change colours, nor mix pictures.
        public var leavesChangesToDevice: Bool
        /// How many threads prepare pictures; by default one a core.
        public var threads: Int
        /// How many batches are prepared ahead of the one in use.
        public var batchesAhead: Int

        /// As for evaluation, but for what is given.
        public init(
            batchSize: Int = 32, isShuffled: Bool = false, seed: UInt64 = 0, augmentation: Augmentation = .none,
            isBalanced: Bool = false, leavesChangesToDevice: Bool = false, threads: Int? = nil, batchesAhead: Int = 2
        ) {
            self.batchSize = batchSize
            self.isShuffled = isShuffled
            self.seed = seed
            self.augmentation = augmentation
            self.isBalanced = isBalanced
            self.leavesChangesToDevice = leavesChangesToDevice
            self.threads = threads ?? availableCores()
            self.batchesAhead = batchesAhead
        }
    }

    /// How it works.
    public let options: Options
    /// The number of pictures an epoch.
    public var count: Int { indices.count }
    /// The number of batches an epoch.
    public var batchCount: Int { (indices.count + options.batchSize - 1) / options.batchSize }

    /// How many batches' memory has been allocated so far: it does not grow in the steady state.
    package var allocatedBatchCount: Int { queue.allocatedBatchCount }

    private let indices: [Int]
    private let balanced: BalancedOrder?
    private let queue: BatchQueue
    private let threads: [WorkerThread]

    /// Starts the threads, which wait for ``start(epoch:batch:)``.
    ///
    /// - Parameters:
    ///   - indices: The pictures' places in `dataset.samples`; by default all. Each must be a place there.
    ///   - cache: Decodes the pictures and keeps them; several loaders may share it.
    /// - Throws: ``DatasetError/invalidOption(name:value:reason:)``.
    public init(_ dataset: Dataset, indices: [Int]? = nil, cache: PictureCache, options: Options = Options()) throws {
        for (name, value) in [
            ("The batch size", options.batchSize), ("The number of loader threads", options.threads),
            ("The number of batches ahead", options.batchesAhead),
        ] where !(1...65536).contains(value) {
            throw DatasetError.invalidOption(name: name, value: "\(value)", reason: "it must be from 1 to 65536")
        }
        try options.augmentation.validate()
        guard !options.leavesChangesToDevice || options.augmentation.movesAndErasesOnly else {
            throw DatasetError.invalidOption(
                name: "The augmentation", value: "\(options.augmentation)",
                reason: "devices move pictures and erase parts of them, and do not change colours or mix pictures")
        }
        self.options = options
        let indices = indices ?? Array(dataset.samples.indices)
        self.indices = indices
        balanced =
            options.isBalanced
            ? BalancedOrder(indices, seed: options.seed) { dataset.samples[$0].classIndex } : nil
        let queue = BatchQueue(dataset: dataset, cache: cache, options: options)
        self.queue = queue
        threads = (0..<options.threads).compactMap { number in WorkerThread { queue.work(number) } }
        if threads.isEmpty {
            throw DatasetError.invalidOption(
                name: "The number of loader threads", value: "\(options.threads)",
                reason: "the system grants this process no more threads")
        }
    }

    deinit {
        queue.stop()
        for thread in threads { thread.join() }
    }

    /// What times the threads' work; nil for nothing.
    public var profiler: Profiler? {
        get { queue.profiler }
        set { queue.profiler = newValue }
    }

    /// Begins an epoch, or goes on with one at a batch. What was prepared of another is dropped.
    ///
    /// - Parameters:
    ///   - epoch: From 0; gives the order and the augmentation.
    ///   - view: The epoch whose augmentation is taken; by default this one's. With one given, a picture that comes several
    ///     times an epoch comes in the same view.
    ///   - batch: The first batch to hand out, from 0.
    public func start(epoch: Int, view: Int? = nil, batch: Int = 0) {
        queue.start(
            order: order(epoch: epoch), epoch: view ?? epoch, batch: max(0, batch),
            variesRepeats: options.isBalanced && view == nil)
    }

    /// The next batch, or nil at the end of the epoch. Waits until it is ready.
    ///
    /// - Throws: The decoder's error, which names the file; `CancellationError` after ``cancel()``.
    public func next() throws -> Batch? { try queue.next() }

    /// Makes `next` throw `CancellationError`, at once even if it is waiting, until the next `start`.
    public func cancel() { queue.cancel() }

    /// The pictures' places in the order of an epoch.
    public func order(epoch: Int) -> [Int] {
        if let balanced { return balanced.order(epoch: epoch) }
        guard options.isShuffled, indices.count > 1 else { return indices }
        var random = PhiloxSequence(seed: options.seed, purpose: .shuffle, step: epoch)
        return indices.shuffled(by: &random)
    }
}
