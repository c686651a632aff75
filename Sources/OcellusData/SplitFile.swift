import FoundationEssentials

extension DataSplit {
    private static let header = ["file", "class", "part"]

    /// The text of `split.csv`: the header `file,class,part`, then a line for each picture in the data set's order, quoted
    /// as RFC 4180 says. Pictures that belong to no part are left out.
    public func csv(for dataset: Dataset) -> String {
        var text = CSV.line(Self.header)
        for (sample, part) in zip(dataset.samples, parts) {
            guard let part else { continue }
            text += CSV.line([sample.path, dataset.classes[sample.classIndex], part.rawValue])
        }
        return text
    }

    /// Writes `split.csv`. A file that exists is not overwritten.
    ///
    /// - Throws: ``DatasetError/alreadyExists(_:)``, ``DatasetError/unwritable(file:reason:)``.
    public func write(to file: String, for dataset: Dataset) throws {
        try writeNewFile(Array(csv(for: dataset).utf8), to: file)
    }

    /// Reads a split file. Every line's file must be in the data set, in the class that the line gives; pictures that the
    /// file does not list are in no part (``unlisted``), for the caller to report.
    ///
    /// - Throws: ``DatasetError/invalidSplitFile(file:line:reason:)`` with the line's number;
    ///   ``DatasetError/unreadable(file:reason:)``.
    public init(file: String, dataset: Dataset) throws {
        let text = String(decoding: try readFile(file), as: UTF8.self)
        try self.init(csv: text, file: file, dataset: dataset)
    }

    /// Reads the text of a split file; `file` is its name for messages.
    public init(csv text: String, file: String, dataset: Dataset) throws {
        func invalid(_ line: Int, _ reason: String) -> DatasetError {
            .invalidSplitFile(file: file, line: line, reason: reason)
        }
        let records: [CSV.Record]
        do {
            records = try CSV.parse(text)
        } catch {
            throw invalid(error.line, error.reason)
        }
        guard let first = records.first, first.fields == Self.header else {
            throw invalid(1, "the first line must be file,class,part")
        }
        let places = PathTable(dataset.samples)
        let reasons = Dictionary(dataset.unreadable.map { ($0.path, $0.description) }, uniquingKeysWith: { $1 })
        var parts = [Part?](repeating: nil, count: dataset.samples.count)
        for record in records.dropFirst() {
            guard record.fields.count == 3 else {
                throw invalid(record.line, "it has \(record.fields.count) fields in place of 3 (file,class,part)")
            }
            let (path, className) = (record.fields[0], record.fields[1])
            guard let part = Part(rawValue: record.fields[2]) else {
                throw invalid(
                    record.line, "the part \(quoted(record.fields[2])) is none of train, validation and test")
            }
            guard let index = places[path] else {
                let reason =
                    reasons[path].map { "was left out: \($0)" }
                    ?? "is not among the pictures of \(quoted(dataset.source))"
                throw invalid(record.line, "the file \(quoted(path)) \(reason)")
            }
            let actual = dataset.classes[dataset.samples[index].classIndex]
            guard actual == className else {
                throw invalid(
                    record.line,
                    "the file \(quoted(path)) lies in the class \(quoted(actual)), not in \(quoted(className))")
            }
            guard parts[index] == nil else { throw invalid(record.line, "the file \(quoted(path)) is listed twice") }
            parts[index] = part
        }
        self.init(parts: parts)
    }
}

/// Finds samples by path: by the same bytes, else by the same text when one file only has it, since file systems differ in
/// how they compose accented letters.
private struct PathTable {
    private var places: [String: [Int]] = [:]
    private let samples: [Sample]

    init(_ samples: [Sample]) {
        self.samples = samples
        for (index, sample) in samples.enumerated() { places[sample.path, default: []].append(index) }
    }

    subscript(path: String) -> Int? {
        let found = places[path] ?? []
        if let exact = found.first(where: { samples[$0].path.utf8.elementsEqual(path.utf8) }) { return exact }
        return found.count == 1 ? found[0] : nil
    }
}
