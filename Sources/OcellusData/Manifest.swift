/// Which pictures there are, what they show, and which part they belong to: what a ``Dataset`` is read from, whether class
/// folders say so or a file of labels.
///
/// Each way to say it is a reader of its own that makes a manifest: ``FolderListing``, ``RoboflowExport``.
struct Manifest: Sendable, Equatable {
    /// One picture.
    struct Entry: Sendable, Equatable {
        /// The file's path from the data set's folder on, with `/` between folders.
        let path: String
        let className: String
        /// The part that it comes in; nil where the data is not split yet.
        let part: Part?
    }

    /// In the order of their Unicode scalars, without repetition.
    let classNames: [String]
    /// In the order of their paths.
    let pictures: [Entry]
    /// Paths of files that have no label, or are no pictures; sorted.
    let ignored: [String]

    init(classNames: some Sequence<String>, pictures: [Entry], ignored: [String]) {
        self.classNames = Set(classNames).sorted(by: isOrderedByScalars)
        self.pictures = pictures.sorted { isOrderedByScalars($0.path, $1.path) }
        self.ignored = ignored.sorted(by: isOrderedByScalars)
    }

    /// Reads a folder by whatever says what its pictures show.
    ///
    /// - Throws: ``DatasetError``.
    init(folder: String) throws {
        var isFolder = false
        guard fileKind(folder, &isFolder) else { throw DatasetError.missingFolder(folder) }
        guard isFolder else { throw DatasetError.notAFolder(folder) }
        if let export = try RoboflowExport(folder: folder) {
            self = try export.manifest()
        } else {
            self = try FolderListing(folder: folder).manifest
        }
    }
}

/// A line of a file of labels that cannot be taken as it is.
public struct LabelProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// The line, from 1; nil when it is about the whole file.
    public let line: Int?
    /// What is wrong with it.
    public let reason: String

    /// As `eggs/train/_classes.csv:7: “a.jpg” has two labels`.
    public var description: String { (line.map { "\(file):\($0)" } ?? file) + ": " + reason }
}
