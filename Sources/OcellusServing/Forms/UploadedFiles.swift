import HTTPTypes
import NIOCore

/// A file of a form.
struct UploadedFile: Sendable, Equatable {
    /// What the client calls it.
    var name: String
    var bytes: [UInt8]
}

/// The files of a form's field, kept as they arrive; other fields are read over.
struct UploadedFiles {
    private var parser: MultipartParser
    private let field: String
    private let maximumCount: Int
    private(set) var files: [UploadedFile] = []
    private var isWanted = false

    /// - Throws: `RequestError` 400 when the type gives no boundary.
    init(field: String, contentType: String, maximumCount: Int) throws {
        guard let boundary = HeaderParameters(contentType)["boundary"], 1...70 ~= boundary.utf8.count,
            boundary.utf8.allSatisfy({ 32...126 ~= $0 })
        else { throw RequestError(.badRequest, "The form's Content-Type gives no valid boundary") }
        parser = MultipartParser(boundary: boundary)
        self.field = field
        self.maximumCount = maximumCount
    }

    /// - Throws: `RequestError` 400 when it is no form, 413 when there are too many files.
    mutating func add(_ bytes: some Collection<UInt8>) throws {
        var (files, isWanted) = (self.files, self.isWanted)
        self.files = []  // one owner at a time, so that nothing is copied
        defer { (self.files, self.isWanted) = (files, isWanted) }
        do {
            try parser.feed(bytes) { event in
                switch event {
                case .partBegan(let headers):
                    isWanted = headers.name == field && headers.filename != nil
                    guard isWanted else { return }
                    guard files.count < maximumCount else {
                        throw RequestError(.contentTooLarge, "More than \(maximumCount) pictures, which is the limit")
                    }
                    files.append(UploadedFile(name: headers.filename ?? "", bytes: []))
                case .content(let content): if isWanted { files[files.count - 1].bytes.append(contentsOf: content) }
                case .partEnded: isWanted = false
                }
            }
        } catch let error as MultipartParser.SyntaxError {
            throw RequestError(.badRequest, "The form cannot be read: \(error.reason)")
        }
    }

    /// - Throws: `RequestError` 400 when the form is not whole.
    func finish() throws -> [UploadedFile] {
        guard parser.isComplete else {
            throw RequestError(.badRequest, "The form cannot be read: its closing boundary is missing")
        }
        return files
    }
}
