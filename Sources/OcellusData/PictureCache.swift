import OcellusImages

/// Decoded pictures at the network's size, 8-bit, kept in memory up to a limit.
///
/// The first pictures asked for are kept until the limit is reached and never dropped: every epoch asks for each picture
/// once, so whatever would be dropped for a newer one would be wanted before it. Safe to use from any thread.
public final class PictureCache: @unchecked Sendable {
    /// How pictures are brought to the network's size, and normalised.
    public let preprocessing: Preprocessing
    /// The most bytes of pixels kept.
    public let byteLimit: Int

    private let decode: @Sendable (String) throws -> RGBImage
    private let monitor = Monitor()
    private var pictures: [String: RGBImage] = [:]
    private var bytes = 0
    private var decoded = 0

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - preprocessing: Gives the size that pictures are kept at.
    ///   - byteLimit: The most bytes of pixels kept, by default 1 GiB (7,133 pictures of 224×224).
    ///   - decode: Reads a file; by default a picture of any format, by OcellusImages' rules.
    public init(
        preprocessing: Preprocessing, byteLimit: Int = 1 << 30,
        decode: @escaping @Sendable (_ path: String) throws -> RGBImage = { try RGBImage.decode(contentsOf: $0) }
    ) {
        self.preprocessing = preprocessing
        self.byteLimit = byteLimit
        self.decode = decode
    }

    /// A file's picture at the network's size.
    ///
    /// - Throws: The decoder's error, which names the file.
    public func picture(at path: String) throws -> RGBImage {
        if let kept = monitor.withLock({ pictures[path] }) { return kept }
        let picture = preprocessing.resized(try decode(path))
        monitor.withLock {
            decoded += 1
            if pictures[path] == nil, bytes + picture.pixels.count <= byteLimit {
                pictures[path] = picture
                bytes += picture.pixels.count
            }
        }
        return picture
    }

    /// How many pictures are kept.
    public var count: Int { monitor.withLock { pictures.count } }
    /// How many bytes of pixels are kept.
    public var byteCount: Int { monitor.withLock { bytes } }
    /// How many pictures have been decoded so far.
    public var decodedCount: Int { monitor.withLock { decoded } }
}

extension Dataset {
    /// Decodes every picture once, on several threads, and leaves out those that cannot be decoded (they join
    /// ``unreadable``). So the counts shown and the split are of pictures that training can use, and the cache is warm for the
    /// first epoch.
    ///
    /// - Parameters:
    ///   - cache: Keeps the pictures, as far as its limit allows.
    ///   - threads: How many threads decode; by default one a core.
    ///   - progress: Called now and then with the number of pictures done, from any thread.
    /// - Throws: ``DatasetError`` when a class has no picture left.
    public func checked(
        filling cache: PictureCache, threads: Int? = nil, progress: (@Sendable (Int) -> Void)? = nil
    ) throws -> Dataset {
        let done = Counter()
        let errors: [(any Error)?] = parallelMap(count: samples.count, threads: threads ?? availableCores()) { index in
            defer { if let progress { progress(done.increment()) } }
            do {
                _ = try cache.picture(at: file(of: samples[index]))
                return nil
            } catch {
                return error
            }
        }
        let failed = zip(samples, errors).compactMap { sample, error in
            error.map { UnreadableFile(sample.path, className: classes[sample.classIndex], error: $0) }
        }
        if failed.isEmpty { return self }
        return try Dataset(
            source: source, folder: folder, classes: classes,
            samples: zip(samples, errors).filter { $1 == nil }.map(\.0),
            ignored: ignored, unreadable: (unreadable + failed).sorted { isOrderedByScalars($0.path, $1.path) },
            hasGivenClasses: hasGivenClasses)
    }
}

/// Counts what several threads have done.
final class Counter: @unchecked Sendable {
    private let monitor = Monitor()
    private var value = 0

    func increment() -> Int {
        monitor.withLock {
            value += 1
            return value
        }
    }
}
