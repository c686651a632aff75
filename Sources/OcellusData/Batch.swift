import OcellusGraph
import OcellusImages

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
    ///
    /// - Precondition: the loader changes and normalises pictures itself.
    public func withImages<Value, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Value
    ) throws(Failure) -> Value { try body(UnsafeBufferPointer(storage.values)) }

    /// Reads the pictures' samples, `[count, height, width, 3]`, and what is to be done to each, as `PictureWarp` takes them.
    ///
    /// - Precondition: the loader leaves that to a device.
    public func withPictures<Value, Failure: Error>(
        _ body: (_ samples: UnsafeBufferPointer<UInt8>, _ changes: UnsafeBufferPointer<Float>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(UnsafeBufferPointer(storage.samples), UnsafeBufferPointer(storage.changeNumbers))
    }

    /// Whether the pictures come as samples.
    public var holdsSamples: Bool { storage.holdsSamples }
}

/// The memory of one batch: normalised values, or samples and what is to be done to them.
final class BatchStorage {
    let holdsSamples: Bool
    private let valuesPerImage: Int
    private let images: UnsafeMutableRawBufferPointer
    private let changes: UnsafeMutableBufferPointer<Float>
    var labels: [Int32] = []
    var sampleIndices: [Int] = []
    /// Which of a sample's appearances in the epoch each is.
    var occurrences: [Int] = []

    init(batchSize: Int, valuesPerImage: Int, holdsSamples: Bool) {
        self.valuesPerImage = valuesPerImage
        self.holdsSamples = holdsSamples
        images = .allocate(
            byteCount: batchSize * valuesPerImage * (holdsSamples ? 1 : MemoryLayout<Float>.size), alignment: 64)
        images.initializeMemory(as: UInt8.self, repeating: 0)
        changes = .allocate(capacity: holdsSamples ? batchSize * PictureWarp.Change.count : 0)
        changes.initialize(repeating: 0)
        labels.reserveCapacity(batchSize)
        sampleIndices.reserveCapacity(batchSize)
        occurrences.reserveCapacity(batchSize)
    }

    deinit {
        images.deallocate()
        changes.deallocate()
    }

    /// All pictures' values.
    var values: UnsafeMutableBufferPointer<Float> {
        precondition(!holdsSamples, "the batch has samples, which a device is to normalise")
        return UnsafeMutableBufferPointer(
            rebasing: images.assumingMemoryBound(to: Float.self)[..<(labels.count * valuesPerImage)])
    }

    /// All pictures' samples.
    var samples: UnsafeMutableBufferPointer<UInt8> {
        precondition(holdsSamples, "the batch has values, which are normalised")
        return UnsafeMutableBufferPointer(
            rebasing: images.assumingMemoryBound(to: UInt8.self)[..<(labels.count * valuesPerImage)])
    }

    /// What is to be done to all pictures.
    var changeNumbers: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: changes[..<(labels.count * PictureWarp.Change.count)])
    }

    /// The place of one picture's values.
    func values(_ position: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: values[position * valuesPerImage..<(position + 1) * valuesPerImage])
    }

    /// Keeps one picture's samples, and what is to be done to them.
    func keep(_ picture: RGBImage, _ change: PictureWarp.Change, at position: Int) {
        let target = UnsafeMutableBufferPointer(
            rebasing: samples[position * valuesPerImage..<(position + 1) * valuesPerImage])
        _ = target.update(fromContentsOf: picture.pixels)
        let numbers = change.numbers
        for (index, number) in numbers.enumerated() { changes[position * numbers.count + index] = number }
    }
}

/// Memory of batches that are done with.
final class BatchPool: @unchecked Sendable {
    private let monitor = Monitor()
    private var free: [BatchStorage] = []
    private let batchSize: Int
    private let valuesPerImage: Int
    private let holdsSamples: Bool
    private var allocated = 0

    init(batchSize: Int, valuesPerImage: Int, holdsSamples: Bool) {
        self.batchSize = batchSize
        self.valuesPerImage = valuesPerImage
        self.holdsSamples = holdsSamples
    }

    var allocatedCount: Int { monitor.withLock { allocated } }

    func take() -> BatchStorage {
        monitor.withLock {
            if let storage = free.popLast() { return storage }
            allocated += 1
            return BatchStorage(batchSize: batchSize, valuesPerImage: valuesPerImage, holdsSamples: holdsSamples)
        }
    }

    func give(_ storage: BatchStorage) { monitor.withLock { free.append(storage) } }
}
