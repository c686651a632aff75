import OcellusData

/// Another tool's labels, read into one list of pictures with a class each.
///
/// ```swift
/// let labels = try LabelImport("photos/")
/// for problem in labels.problems { print(problem) }
/// try labels.write(to: "data.csv")
/// ```
public struct LabelImport {
    /// The format that was found.
    public let format: LabelFormat
    /// Other formats that were found as well, and left alone.
    public let otherFormats: [LabelFormat]
    /// How many files of labels were read.
    public let fileCount: Int
    /// Lines that cannot be taken, in the order of files and lines: a picture with two labels or none, a label that is not
    /// known, a file that is missing.
    public let problems: [LabelProblem]

    /// The pictures whose labels are good.
    let pictures: [LabelledPicture]

    /// A picture with its class.
    struct LabelledPicture {
        let file: LabelFile
        let className: String
        let part: Part?
        /// What is cut out of it; nil for all of it.
        let box: LabelledBox?
    }

    /// Reads labels.
    ///
    /// - Parameters:
    ///   - path: a folder with labels in it, or a file of labels.
    ///   - format: nil to find it.
    ///   - pictureFolder: where the pictures are, when they do not lie beside the labels.
    ///   - cropsBoxes: whether each box becomes a picture of its own.
    /// - Throws: ``DatasetError`` when there are no labels, or a file cannot be read.
    public init(
        _ path: String, format: LabelFormat? = nil, pictureFolder: String? = nil, cropsBoxes: Bool = false
    ) throws {
        let search = try LabelSearch(path, format: format)
        let found = LabelFormat.allCases.filter { search.files[$0]?.isEmpty == false }
        guard let format = found.first, let files = search.files[format] else {
            let known = LabelFormat.allCases.map(\.title).joined(separator: ", ")
            throw DatasetError.unreadable(
                file: path, reason: "there are no labels in it that are known. Known are: \(known)")
        }
        (self.format, otherFormats, fileCount) = (format, Array(found.dropFirst()), files.count)
        let read = try format.reader.read(files)
        let finder = PictureFinder(
            try pictureFolder.map { try LabelSearch.walk($0).filter { FolderListing.isPicture($0.name) } }
                ?? search.pictures)
        var resolving = Resolving(finder: finder, cropsBoxes: cropsBoxes)
        for picture in read.pictures { resolving.add(picture) }
        pictures = resolving.pictures
        problems = (read.problems + resolving.problems).sorted {
            $0.file == $1.file ? $0.line ?? 0 < $1.line ?? 0 : isOrderedByScalars($0.file, $1.file)
        }
        if pictures.isEmpty, problems.isEmpty {
            throw DatasetError.unreadable(file: path, reason: "its \(format.title) labels name no picture")
        }
    }

    /// The classes in order, with the number of pictures of each.
    public var counts: [(className: String, count: Int)] {
        Dictionary(grouping: pictures, by: \.className).map { ($0.key, $0.value.count) }
            .sorted { isOrderedByScalars($0.0, $1.0) }
    }

    /// The parts that the labels give, with the number of pictures of each; empty when they are not split.
    public var partCounts: [(part: Part, count: Int)] {
        Part.allCases.map { part in (part, pictures.count { $0.part == part }) }.filter { $0.1 > 0 }
    }
}

/// Gives each picture its file and its one class.
private struct Resolving {
    let finder: PictureFinder
    let cropsBoxes: Bool
    var pictures: [LabelImport.LabelledPicture] = []
    var problems: [LabelProblem] = []
    private var classes: [LabelFile: (className: String, place: String)] = [:]

    init(finder: PictureFinder, cropsBoxes: Bool) {
        (self.finder, self.cropsBoxes) = (finder, cropsBoxes)
    }

    mutating func add(_ picture: ForeignPicture) {
        do throws(LabelProblem) {
            if cropsBoxes {
                guard !picture.boxes.isEmpty else { throw picture.problem("\(quoted(picture.file)) has no box") }
                if let box = picture.boxes.first(where: { !($0.left < $0.right && $0.top < $0.bottom) }) {
                    throw picture.problem("the box \(quoted(box.label)) of \(quoted(picture.file)) is empty")
                }
                let file = try finder.find(picture).get()
                pictures += picture.boxes.map {
                    .init(file: file, className: $0.label, part: picture.part, box: $0)
                }
                return
            }
            let className = try className(of: picture)
            let file = try finder.find(picture).get()
            let place = "\(picture.source.path)\(picture.line.map { ":\($0)" } ?? "")"
            if let (other, place) = classes.updateValue((className, place), forKey: file) {
                guard other != className else { return }
                throw picture.problem(
                    "\(quoted(picture.file)) is \(quoted(className)) here and \(quoted(other)) in \(place)")
            }
            pictures.append(.init(file: file, className: className, part: picture.part, box: nil))
        } catch {
            problems.append(error)
        }
    }

    /// The label of the whole picture, else the one that all its boxes have.
    private func className(of picture: ForeignPicture) throws(LabelProblem) -> String {
        let labels = picture.tags.isEmpty ? picture.boxes.map(\.label) : picture.tags
        let different = Set(labels).sorted(by: isOrderedByScalars)
        guard different.count == 1 else {
            let named = different.map(quoted).joined(separator: ", ")
            let advice =
                picture.tags.isEmpty && !picture.boxes.isEmpty ? "; --crop-boxes makes a picture of each box" : ""
            throw picture.problem(
                "\(quoted(picture.file)) has "
                    + (different.isEmpty ? "no label" : "\(different.count) labels: \(named)" + advice))
        }
        return different[0]
    }
}
