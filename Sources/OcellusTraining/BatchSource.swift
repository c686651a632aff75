import OcellusData

/// What a step takes in: pictures, or what frozen layers gave for them.
struct InputBatch {
    private enum Values {
        case pictures(Batch)
        case features([Float])
    }

    /// The place of each picture's class.
    let labels: [Int32]
    private let values: Values

    /// A loader's pictures.
    init(_ batch: Batch) {
        labels = batch.labels
        values = .pictures(batch)
    }

    /// Features, one picture's after the other.
    init(features: [Float], labels: [Int32]) {
        self.labels = labels
        values = .features(features)
    }

    /// How many pictures.
    var count: Int { labels.count }

    /// Reads the values of the pictures in `part`, one after the other.
    func withValues<Result>(
        of part: Range<Int>, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        func take(_ all: UnsafeBufferPointer<Float>) throws -> Result {
            let size = all.count / max(count, 1)
            return try body(
                UnsafeBufferPointer(rebasing: all[part.lowerBound * size..<part.upperBound * size]))
        }
        return switch values {
        case .pictures(let batch): try batch.withImages(take)
        case .features(let features): try features.withUnsafeBufferPointer(take)
        }
    }
}

/// Where a stage's batches come from.
protocol BatchSource: AnyObject {
    /// Pictures an epoch.
    var count: Int { get }
    /// Batches an epoch.
    var batchCount: Int { get }

    /// Begins an epoch, from 0, or goes on with one at a batch.
    /// - Throws: `CancellationError` when training was asked to stop before the first batch was ready.
    func start(epoch: Int, batch: Int) throws

    /// The next batch; nil at the end of the epoch.
    func next() throws -> InputBatch?
}

/// Pictures as a loader gives them.
final class PictureSource: BatchSource {
    private let loader: Loader

    init(_ loader: Loader) { self.loader = loader }

    var count: Int { loader.count }
    var batchCount: Int { loader.batchCount }

    func start(epoch: Int, batch: Int) { loader.start(epoch: epoch, batch: batch) }

    func next() throws -> InputBatch? { try loader.next().map(InputBatch.init) }
}
