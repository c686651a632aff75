/// A CSV file with one row a picture, of which every change is on the disk when the call that makes it returns.
///
/// New rows are appended and synchronised; a row that changes or goes makes a new file, which is renamed over the old one when
/// it is complete. So a kill at any moment leaves the rows before the change or those after it, but for a row that was cut off
/// while it was appended: that one is taken away when the table is opened again. Columns and rows of others are kept as they
/// are. One thread at a time; of two processes that open the table the second is told.
package final class DurableTable {
    /// The file, links followed.
    package let path: String
    /// The names of the columns.
    package private(set) var header: [String]
    /// The rows, with the line that each stood on when the file was read; later ones have line 0.
    package private(set) var rows: [CSV.Record] = []
    /// What had to be mended when the file was read, in words for a person.
    package private(set) var remarks: [String] = []

    private let isTorn: ([String], [CSV.Record], _ header: [String]) -> Bool
    private var file: LockedFile?
    /// Whether the rows are those of the file; not when it could not be understood.
    private var isRead = false

    /// Opens a table; one that does not exist is made, at the first row if it may wait.
    ///
    /// - Parameters:
    ///   - header: the columns of a new file.
    ///   - isLazy: whether a file that does not exist is made with its first row only.
    ///   - isTorn: whether the fields of a last line without a line break can be those of a line that was cut off, given
    ///     the other rows and the file's own columns. Fewer fields than columns always can.
    /// - Throws: ``DatasetError``: the file cannot be read or written, is open in another process, or is no CSV.
    package init(
        _ path: String, header: [String], isLazy: Bool = false,
        isTorn: @escaping ([String], [CSV.Record], _ header: [String]) -> Bool = { _, _, _ in false }
    ) throws {
        self.path = resolvedPath(path)
        self.header = header
        self.isTorn = isTorn
        file = try LockedFile(opening: self.path)
        if file == nil, !isLazy { try make() }
        try read()
    }

    /// The place of a column.
    package func column(_ name: String) -> Int? { header.firstIndex(of: name) }

    /// Adds rows at the end.
    ///
    /// - Throws: ``DatasetError/unwritable(file:reason:)``; then none of them is added.
    package func append(_ new: [[String]]) throws {
        guard !new.isEmpty else { return }
        if file == nil { try make() }
        try file?.append(Array(new.map(CSV.line).joined().utf8))
        rows += new.map { CSV.Record(line: 0, fields: $0) }
    }

    /// Puts other rows in the place of all.
    ///
    /// - Throws: ``DatasetError/unwritable(file:reason:)``; then the rows are as before.
    package func replace(with new: [CSV.Record]) throws {
        if file == nil, new.isEmpty { return }
        file = try LockedFile(
            writing: Array((CSV.line(header) + new.map { CSV.line($0.fields) }.joined()).utf8), over: path,
            replacing: file)
        rows = new
    }

    /// Reads the file again when another program has changed it.
    ///
    /// - Returns: whether that was so.
    package func refresh() throws -> Bool {
        if let file, isRead, try file.isUnchanged() { return false }
        guard let found = try LockedFile(opening: path, besides: file) else {
            guard file != nil else { return false }
            throw DatasetError.unreadable(file: path, reason: "it is no longer there")
        }
        file = found
        try read()
        return true
    }

    private func make() throws {
        file = try LockedFile(creating: Array(CSV.line(header).utf8), at: path)
        isRead = true
    }

    private func read() throws {
        isRead = false
        guard let file else { return }
        let bytes = try file.contents()
        let wholeCount = Self.endOfLastRecord(in: bytes)
        if wholeCount == 0, CSV.line(header).utf8.starts(with: bytes) {
            // Empty, as `touch` makes it, or killed when it was made.
            try file.truncate(to: 0)
            try file.append(Array(CSV.line(header).utf8))
            (rows, isRead) = ([], true)
            return
        }
        var records = try parse(bytes[..<wholeCount])
        if wholeCount < bytes.count {
            // The records before end with a line break, so that they stand for themselves.
            let columns = records.first?.fields ?? []
            let tail = bytes[wholeCount...]
            let last = tail.contains(0) ? nil : try? CSV.parse(String(decoding: tail, as: UTF8.self)).first
            if let last,
                wholeCount == 0 || (last.fields.count >= columns.count && !isTorn(last.fields, records, columns))
            {
                try file.append([0x0A])
                records = try parse(try file.contents()[...])
            } else {
                try file.truncate(to: wholeCount)
                let text = String(decoding: tail.prefix(200).filter { $0 != 0 }, as: UTF8.self)
                remarks.append(
                    "the last line of \(quoted(path)) was cut off and is taken away (\(quoted(text))): label that picture anew"
                )
            }
        }
        header = records.first?.fields.map(\.trimmed) ?? header
        rows = Array(records.dropFirst())
        isRead = true
    }

    private func parse(_ bytes: ArraySlice<UInt8>) throws -> [CSV.Record] {
        do throws(CSV.SyntaxError) {
            return try CSV.parse(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw DatasetError.wrongLabels([LabelProblem(file: path, line: error.line, reason: error.reason)])
        }
    }

    /// Where the last line break ends that is not within quotation marks.
    private static func endOfLastRecord(in bytes: [UInt8]) -> Int {
        var isQuoted = false
        var end = 0
        for (index, byte) in bytes.enumerated() {
            if byte == 0x22 { isQuoted.toggle() } else if byte == 0x0A, !isQuoted { end = index + 1 }
        }
        return end
    }
}
