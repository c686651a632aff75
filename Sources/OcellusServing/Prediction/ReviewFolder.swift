public import Logging
import Ocellus
import OcellusData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Keeps pictures that a model was not sure of, for a person to label: `DIGITS.jpg`, and `review.csv` with a line each: `file`,
/// `class` (empty, for the person), `predicted`, `confidence`. Once a picture has its class there, `ocellus train` takes the file.
///
/// What the client called a picture is not used; its name is its content's hash, so that one sent twice is kept once.
public final class ReviewFolder: @unchecked Sendable {  // What changes does so with the monitor held.
    private let folder: String
    private let limit: Int
    private let logger: Logger
    private let monitor = Monitor()
    private var names: Set<String> = []
    private var waiting: [(name: String, bytes: [UInt8], prediction: Prediction)] = []
    private var isWorking = false
    /// Pictures that wait to be written; more are not kept.
    private static let maximumWaiting = 32

    /// - Parameters:
    ///   - folder: made if it is not there. What is in it stays.
    ///   - limit: the most pictures that it may hold.
    /// - Throws: `HTTPServiceError` when it cannot be made or written to.
    public init(_ folder: String, limit: Int, logger: Logger) throws {
        self.folder = folder
        self.limit = limit
        self.logger = logger
        if mkdir(folder, 0o755) != 0, errno != EEXIST {
            throw HTTPServiceError("\(folder): the review folder cannot be made: \(String(cString: strerror(errno)))")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw HTTPServiceError("\(folder): the review folder cannot be written to")
        }
        names = Set(try Self.listed(manifest))
    }

    private var manifest: String { "\(folder)/review.csv" }

    /// Keeps a picture, on a thread of its own, unless the folder is full or has it.
    func keep(_ bytes: [UInt8], _ prediction: Prediction) {
        guard let format = try? ImageFormat(of: bytes, name: "") else { return }
        var hash = FNV1a()
        bytes.withUnsafeBytes { hash.combine($0) }
        let digits = String(hash.value, radix: 16)
        let name = String(repeating: "0", count: 16 - digits.count) + digits + "." + format.fileExtensions[0]
        let mustStart = monitor.withLock {
            guard names.count < limit, waiting.count < Self.maximumWaiting, names.insert(name).inserted else {
                return false
            }
            waiting.append((name, bytes, prediction))
            defer { isWorking = true }
            return !isWorking
        }
        if mustStart, WorkerThread({ [self] in work() }) == nil { monitor.withLock { isWorking = false } }
    }

    private func work() {
        while true {
            let next = monitor.withLock {
                if waiting.isEmpty { isWorking = false }
                return waiting.isEmpty ? nil : waiting.removeFirst()
            }
            guard let next else { return }
            do {
                try AtomicFile.write(next.bytes, to: "\(folder)/\(next.name)")
                try append(
                    CSV.line([next.name, "", next.prediction.name, String(next.prediction.confidence)]))
            } catch {
                logger.error("a picture for review was not kept", metadata: ["error": "\(error)"])
                monitor.withLock { _ = names.remove(next.name) }
            }
        }
    }

    private func append(_ line: String) throws {
        let descriptor = open(manifest, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw HTTPServiceError("\(manifest): cannot be written") }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        var last: UInt8 = 0
        // A person's editor may have left the last line without its end.
        let isLineOpen = size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
        let start = size == 0 ? CSV.line(["file", "class", "predicted", "confidence"]) : isLineOpen ? "\n" : ""
        var text = start + line
        let isWritten = text.withUTF8 { write(descriptor, $0.baseAddress, $0.count) == $0.count }
        guard isWritten else { throw HTTPServiceError("\(manifest): cannot be written") }
    }

    /// The pictures that a manifest lists already.
    private static func listed(_ manifest: String) throws -> [String] {
        guard access(manifest, F_OK) == 0 else { return [] }
        let text = String(decoding: try readFile(manifest), as: UTF8.self)
        let records: [CSV.Record]
        do throws(CSV.SyntaxError) {
            records = try CSV.parse(text)
        } catch {
            throw HTTPServiceError("\(manifest):\(error.line): \(error.reason). Move the file away, or mend it")
        }
        return records.dropFirst().compactMap(\.fields.first)
    }
}
