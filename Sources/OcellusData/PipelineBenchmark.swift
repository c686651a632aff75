import OcellusImages

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How fast a loader prepares a data set's pictures: files to batches of normalised values, with no network behind it.
///
/// Every picture is decoded each time that it is asked for, as in an epoch whose pictures are more than a cache holds. The
/// files themselves are in the system's page cache after the warm-up.
public struct PipelineBenchmark: Sendable, Encodable {
    /// One part of the way of a picture.
    public struct Stage: Sendable, Encodable {
        /// `read`, `decode`, `resize`, and `augment` or `normalize`.
        public let name: String
        /// CPU time a picture on one thread, the mean over the pictures; the least of three passes.
        public let milliseconds: Double
    }

    /// Pictures a second, by the median of passes.
    public let imagesPerSecond: Double
    /// The stages in their order. They are timed apart from the rate, one after the other.
    public let stages: [Stage]
    /// Whether pictures were augmented.
    public let isAugmented: Bool
    /// The width that pictures were brought to, in pixels.
    public let width: Int
    /// The height that pictures were brought to, in pixels.
    public let height: Int
    /// Pictures a batch.
    public let batch: Int
    /// How many threads prepared them.
    public let threads: Int
    /// How many pictures a pass had.
    public let images: Int
    /// How many passes were timed.
    public let passes: Int

    /// Times passes over the data set for about `seconds`, three at least. A small data set is gone through several times a
    /// pass, so that a pass has 16 batches or more.
    ///
    /// - Parameter threads: How many threads prepare pictures; by default one a core.
    /// - Throws: ``DatasetError``; the decoder's error for a picture that cannot be decoded, which names the file.
    public init(
        _ dataset: Dataset, preprocessing: Preprocessing, augmentation: Augmentation = .none, batch: Int = 32,
        threads: Int? = nil, seconds: Double = 5
    ) throws {
        let all = Array(dataset.samples.indices)
        let repeats = max(1, (16 * batch + all.count - 1) / all.count)
        let loader = try Loader(
            dataset, indices: Array(repeatElement(all, count: repeats).joined()),
            cache: PictureCache(preprocessing: preprocessing, byteLimit: 0),
            options: Loader.Options(batchSize: batch, isShuffled: true, augmentation: augmentation, threads: threads))
        let clock = ContinuousClock()
        func pass(_ number: Int) throws -> Double {
            let start = clock.now
            loader.start(epoch: number)
            while try loader.next() != nil {}
            return start.duration(to: clock.now) / .seconds(1)
        }
        _ = try pass(0)
        var times: [Double] = []
        while times.count < 3 || (times.reduce(0, +) < seconds && times.count < 10_000) {
            times.append(try pass(times.count + 1))
        }
        times.sort()
        imagesPerSecond = Double(loader.count) / times[times.count / 2]
        stages = try Self.stages(dataset, preprocessing, augmentation)
        isAugmented = !augmentation.isNone
        width = preprocessing.width
        height = preprocessing.height
        self.batch = batch
        self.threads = loader.options.threads
        images = loader.count
        passes = times.count
    }

    /// The stages' times on this thread, over up to 128 of the pictures.
    private static func stages(
        _ dataset: Dataset, _ preprocessing: Preprocessing, _ augmentation: Augmentation
    ) throws -> [Stage] {
        let files = dataset.samples.prefix(128).map(dataset.file(of:))
        let augmenter = Augmenter(preprocessing)
        var values = [Float](repeating: 0, count: preprocessing.valueCount)
        var best = [Double](repeating: .infinity, count: 4)
        for _ in 0..<3 {
            var sums = [Double](repeating: 0, count: 4)
            for (index, file) in files.enumerated() {
                var times = [threadSeconds()]
                let bytes = try readFile(file)
                times.append(threadSeconds())
                let picture = try RGBImage.decode(bytes, name: file)
                times.append(threadSeconds())
                let resized = preprocessing.resized(picture)
                times.append(threadSeconds())
                values.withUnsafeMutableBufferPointer { buffer in
                    if augmentation.isNone { return preprocessing.normalize(resized, into: buffer) }
                    let change = augmentation.draw(
                        seed: 0, epoch: 0, sample: index, width: resized.width, height: resized.height)
                    augmenter.apply(change, to: resized, into: buffer)
                }
                times.append(threadSeconds())
                for stage in sums.indices { sums[stage] += times[stage + 1] - times[stage] }
            }
            for stage in best.indices { best[stage] = min(best[stage], sums[stage] / Double(files.count)) }
        }
        let names = ["read", "decode", "resize", augmentation.isNone ? "normalize" : "augment"]
        return zip(names, best).map { Stage(name: $0, milliseconds: $1 * 1e3) }
    }

    /// CPU time of this thread.
    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
