import OcellusData
import OcellusGraph

/// What a step takes in: pictures, or what frozen layers gave for them.
struct InputBatch {
    private enum Values {
        case pictures(Batch)
        case features([Float])
    }

    /// The place of each picture's class; of mixed pictures' that with the greater share.
    let labels: [Int32]
    private let values: Values
    private let ownLabels: [Int32]
    private let mix: BatchMix?

    /// A loader's pictures.
    init(_ batch: Batch) {
        ownLabels = batch.labels
        mix = batch.mix
        labels = (batch.mix?.share ?? 1) >= 0.5 ? batch.labels : batch.labels.reversed()
        values = .pictures(batch)
    }

    /// Features, one picture's after the other.
    init(features: [Float], labels: [Int32]) {
        self.labels = labels
        ownLabels = labels
        mix = nil
        values = .features(features)
    }

    /// Adds what is wanted of the pictures in `part` to zeros, `[part, classes]`: 1 at a picture's class, or its share and its
    /// partner's.
    func addTargets(of part: Range<Int>, classCount: Int, to targets: inout [Float]) {
        for (row, position) in part.enumerated() {
            targets[row * classCount + Int(ownLabels[position])] += mix?.share ?? 1
            guard let mix else { continue }
            let partner = ownLabels[BatchMix.partner(of: position, count: count)]
            targets[row * classCount + Int(partner)] += 1 - mix.share
        }
    }

    /// How many pictures.
    var count: Int { labels.count }

    /// Writes the pictures in `part`, or their features, to the inputs of a plan that takes them so.
    func write(_ part: Range<Int>, to plan: Plan) throws {
        func rows<Element>(_ all: UnsafeBufferPointer<Element>) -> UnsafeBufferPointer<Element> {
            let size = all.count / max(count, 1)
            return UnsafeBufferPointer(rebasing: all[part.lowerBound * size..<part.upperBound * size])
        }
        switch values {
        case .features(let features):
            let input = plan.graph.inputs["features"] == nil ? "images" : "features"
            try features.withUnsafeBufferPointer { try plan.write(rows($0), toInput: input) }
        case .pictures(let batch) where batch.holdsSamples:
            try batch.withPictures { samples, changes in
                try plan.write(rows(samples), toInput: Graph.pictureInputs.pictures)
                try plan.write(rows(changes), toInput: Graph.pictureInputs.changes)
            }
        case .pictures(let batch):
            try batch.withImages { try plan.write(rows($0), toInput: "images") }
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

    /// What times the threads that prepare pictures; nil for nothing.
    var profiler: Profiler? { get set }
}

/// Pictures as a loader gives them.
final class PictureSource: BatchSource {
    private let loader: Loader

    init(_ loader: Loader) { self.loader = loader }

    var count: Int { loader.count }
    var batchCount: Int { loader.batchCount }

    func start(epoch: Int, batch: Int) { loader.start(epoch: epoch, batch: batch) }

    func next() throws -> InputBatch? { try loader.next().map(InputBatch.init) }

    var profiler: Profiler? {
        get { loader.profiler }
        set { loader.profiler = newValue }
    }
}
