/// Which pictures there are, what they show, and which part they belong to: what a ``Dataset`` is read from, whether class
/// folders say so or a file of labels.
///
/// Each way to say it is a reader of its own that makes a manifest: ``FolderListing``, ``RoboflowExport``, ``ManifestFile``.
package struct Manifest: Sendable, Equatable {
    /// One picture.
    package struct Entry: Sendable, Equatable {
        /// The file's path from the data set's folder on, with `/` between folders.
        package let path: String
        package let className: String
        /// The part that it comes in; nil where the data is not split yet.
        package let part: Part?

        package init(path: String, className: String, part: Part?) {
            self.path = path
            self.className = className
            self.part = part
        }
    }

    /// In the order of their Unicode scalars, without repetition.
    package let classNames: [String]
    /// In the order of their paths.
    package let pictures: [Entry]
    /// Paths of files that have no label, or are no pictures; sorted.
    package let ignored: [String]

    package init(classNames: some Sequence<String>, pictures: [Entry], ignored: [String]) {
        self.classNames = Set(classNames).sorted(by: isOrderedByScalars)
        self.pictures = pictures.sorted { isOrderedByScalars($0.path, $1.path) }
        self.ignored = ignored.sorted(by: isOrderedByScalars)
    }

    /// Reads a folder by whatever says what its pictures show, or a file of labels.
    ///
    /// - Returns: the pictures, and the folder that their paths start from.
    /// - Throws: ``DatasetError``.
    static func read(_ path: String) throws -> (folder: String, manifest: Manifest) {
        var isFolder = false
        guard fileKind(path, &isFolder) else { throw DatasetError.missingFolder(path) }
        guard isFolder else {
            guard path.lowercased().hasSuffix(".csv") else { throw DatasetError.notAFolder(path) }
            return (ManifestFile.folder(of: path), try ManifestFile.read(path))
        }
        if let export = try RoboflowExport(folder: path) { return (path, try export.manifest()) }
        return (path, try FolderListing(folder: path).manifest)
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

    /// A problem; the line is nil when it is about the whole file.
    public init(file: String, line: Int?, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    /// As `eggs/train/_classes.csv:7: “a.jpg” has two labels`.
    public var description: String { (line.map { "\(file):\($0)" } ?? file) + ": " + reason }
}
