import OcellusImages

/// The three parts of a data set.
public enum Part: String, Codable, Sendable, CaseIterable {
    /// What the weights are fitted to.
    case train
    /// What the best epoch is chosen by.
    case validation
    /// What the final figures are measured on, once.
    case test

    /// What a folder's name says, in any case: `train`, `val`, `valid`, `validation`, `test`.
    package init?(folderName name: String) {
        switch name.lowercased() {
        case "train": self = .train
        case "val", "valid", "validation": self = .validation
        case "test": self = .test
        default: return nil
        }
    }
}

/// One labelled picture of a data set.
public struct Sample: Sendable, Equatable {
    /// The file's path from the data set's folder on, with `/` between folders.
    public let path: String
    /// The place of its class in `Dataset.classes`.
    public let classIndex: Int
    /// The hash of the file's bytes (64-bit FNV-1a).
    public let contentHash: UInt64
    /// The file's size in bytes.
    public let byteCount: Int
    /// The part whose folder it lies in, when the data set comes split.
    public let part: Part?

    /// What tells different pictures apart: files with equal keys are taken to be identical.
    public var content: ContentKey { ContentKey(hash: contentHash, byteCount: byteCount) }
}

/// The identity of a file's content: two files agree in hash and size by accident once in some 10¹⁹ pairs.
public struct ContentKey: Hashable, Sendable {
    /// The 64-bit FNV-1a hash of the bytes.
    public let hash: UInt64
    /// The number of bytes.
    public let byteCount: Int

    /// The identity of content with this hash and size.
    public init(hash: UInt64, byteCount: Int) {
        self.hash = hash
        self.byteCount = byteCount
    }
}

/// A file that was left out, and why.
public struct UnreadableFile: Sendable, Equatable, CustomStringConvertible {
    /// The file's path from the data set's folder on.
    public let path: String
    /// The class whose folder it lies in.
    public let className: String
    /// What is wrong, as a sentence that names the file.
    public let description: String

    /// A file whose reading or decoding failed with `error`.
    init(_ path: String, className: String, error: any Error) {
        self.path = path
        self.className = className
        description =
            switch error {
            case DatasetError.unreadable(_, let reason): "\(DatasetError.unreadable(file: path, reason: reason))"
            case let error as ImageError: "\(ImageError(name: path, reason: error.reason))"
            default: "\(path): \(error)"
            }
    }
}

/// Labelled pictures in class folders: `FOLDER/CLASS/*.jpg`, or `FOLDER/train/CLASS/*.jpg` with `val`, `valid` or
/// `validation`, and `test` beside `train`; in folders with a `_classes.csv`, as Roboflow exports them;
/// or wherever a file of labels says (CSV with the columns `file`, `class` and `part`).
///
/// Classes and samples stand in the order of their names' Unicode scalars, so the same files give the same data set on
/// every machine.
public struct Dataset: Sendable {
    /// The folder, or the file of labels, as it was given.
    public let source: String
    /// The folder that the samples' paths start from: the given one, or the one that the file of labels lies in.
    public let folder: String
    /// The names of the classes; a sample's label is a place in this array.
    public let classes: [String]
    /// The pictures, ordered by path.
    public let samples: [Sample]
    /// Files that are no pictures by their extension, lie outside of class folders, or have no label.
    public let ignored: [String]
    /// Pictures that could not be read and were left out.
    public let unreadable: [UnreadableFile]
    /// Whether the folder comes with parts of its own (`train/`, `validation/`, `test/`).
    public var isSplit: Bool { samples.contains { $0.part != nil } }
    /// Whether the classes are a model's, so that some may have no pictures.
    let hasGivenClasses: Bool

    /// Lists `folder` and reads every picture's bytes once, for its hash. Nothing is decoded: see
    /// ``checked(filling:threads:progress:)``.
    ///
    /// - Parameters:
    ///   - folder: The folder that holds the class folders, or a CSV file of labels (columns `file`, `class` and, if it
    ///     comes split, `part`), whose paths are read from its own folder on.
    ///   - classes: A model's classes. Labels then follow its order, the folder may lack some, and a folder of another
    ///     name is an error. By default the classes are the folder's.
    ///   - threads: How many threads read; by default one a core.
    /// - Throws: ``DatasetError`` for a folder that is missing, holds no pictures, pictures outside of class folders
    ///   only, an empty class, one class only, or labels that are wrong.
    public init(folder: String, classes: [String]? = nil, threads: Int? = nil) throws {
        let source = folder
        let (folder, listing) = try Manifest.read(source)
        let names = classes ?? listing.classNames
        for name in listing.classNames where !names.contains(name) {
            throw DatasetError.unknownClass(name: name, folder: source, known: names)
        }
        let places = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        let entries = listing.pictures
        let read = parallelMap(count: entries.count, threads: threads ?? availableCores()) { index in
            Result { try ContentKey(ofFile: pathOfFile(entries[index].path, in: folder)) }
        }
        var samples: [Sample] = []
        var unreadable: [UnreadableFile] = []
        samples.reserveCapacity(entries.count)
        for (entry, result) in zip(entries, read) {
            switch result {
            case .success(let key):
                guard let classIndex = places[entry.className] else { continue }
                samples.append(
                    Sample(
                        path: entry.path, classIndex: classIndex, contentHash: key.hash, byteCount: key.byteCount,
                        part: entry.part))
            case .failure(let error):
                unreadable.append(UnreadableFile(entry.path, className: entry.className, error: error))
            }
        }
        try self.init(
            source: source, folder: folder, classes: names, samples: samples, ignored: listing.ignored,
            unreadable: unreadable,
            hasGivenClasses: classes != nil)
    }

    /// Checks that the classes hold what training or evaluation needs.
    init(
        source: String, folder: String, classes: [String], samples: [Sample], ignored: [String],
        unreadable: [UnreadableFile],
        hasGivenClasses: Bool
    ) throws {
        (self.source, self.folder) = (source, folder)
        self.classes = classes
        self.samples = samples
        self.ignored = ignored
        self.unreadable = unreadable
        self.hasGivenClasses = hasGivenClasses
        guard !hasGivenClasses else {
            if samples.isEmpty { throw DatasetError.noPictures(folder: source) }
            return
        }
        let isSplit = self.isSplit
        var counts = [Int](repeating: 0, count: classes.count)
        for sample in samples where !isSplit || sample.part == .train { counts[sample.classIndex] += 1 }
        for (name, count) in zip(classes, counts) where count == 0 {
            throw DatasetError.emptyClass(
                name: name, folder: source, part: isSplit ? .train : nil,
                leftOut: unreadable.count { $0.className == name })
        }
        if classes.count == 1 { throw DatasetError.oneClass(name: classes[0], folder: source) }
    }

    /// The number of pictures of each class, in the classes' order.
    public var counts: [Int] {
        var counts = [Int](repeating: 0, count: classes.count)
        for sample in samples { counts[sample.classIndex] += 1 }
        return counts
    }

    /// The path at which a sample's file can be opened.
    public func file(of sample: Sample) -> String { pathOfFile(sample.path, in: folder) }

    /// 16 hexadecimal digits that change when a picture is added, removed, renamed, altered or moved to another class.
    public var fingerprint: String {
        var hash = FNV1a()
        for sample in samples {
            hash.combine(sample.path.utf8)
            hash.combine(CollectionOfOne(0))
            hash.combine(classes[sample.classIndex].utf8)
            hash.combine(CollectionOfOne(0))
            withUnsafeBytes(of: sample.contentHash.littleEndian) { hash.combine($0) }
        }
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
