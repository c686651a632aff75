import Foundation
import Ocellus

/// The file `mlflow.jsonl` in a run's folder: what an MLflow server is to be told, a line an event, in order. It is only ever added
/// to, so that whatever becomes of the server nothing is lost.
final class MLflowOutbox {
    private let file: FileHandle
    private let path: String
    /// What is not in the file yet.
    private var pending: [UInt8] = []
    private var lastFlush = ContinuousClock.now

    /// The outbox of a run.
    static func path(of run: String) -> String { run + "/mlflow.jsonl" }

    /// Opens a run's outbox, or begins one.
    ///
    /// - Throws: `ModelError` when it cannot be written.
    init(run: String) throws {
        path = Self.path(of: run)
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw ModelError(path, "cannot be written: \(String(cString: strerror(errno)))")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // A process that was killed may have left a part of a line, which is then one that nobody can read.
        if let end = try? file.seekToEnd(), end > 0 {
            try? file.seek(toOffset: end - 1)
            if (try? file.read(upToCount: 1)) != Data("\n".utf8) { pending = Array("\n".utf8) }
        }
    }

    /// Adds lines, which are in the file within a quarter of a second or after `flush()`.
    ///
    /// - Returns: whether the file has them.
    /// - Throws: as `flush()`.
    func append(_ lines: String) throws -> Bool {
        pending.append(contentsOf: lines.utf8)
        guard lastFlush.duration(to: .now) > .milliseconds(250) else { return false }
        try flush()
        return true
    }

    /// Writes what is not in the file yet.
    ///
    /// - Throws: `ModelError` when it cannot be written, as on a full disk. What is left is written the next time.
    func flush() throws {
        lastFlush = .now
        while !pending.isEmpty {
            let count = pending.withUnsafeBytes { write(file.fileDescriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ModelError(path, "cannot be written: \(String(cString: strerror(errno)))") }
            pending.removeFirst(count)
        }
    }

    /// Whole lines of a run's outbox from a place on, with the places behind them; none when there are no more.
    ///
    /// - Throws: `ModelError` when the file cannot be read.
    static func events(of run: String, from start: Int) throws -> [(event: MLflowEvent?, end: Int)] {
        let path = path(of: run)
        guard let file = FileHandle(forReadingAtPath: path) else { throw ModelError(path, "cannot be read") }
        defer { try? file.close() }
        var limit = 256 << 10
        while true {
            let bytes: Data
            do {
                try file.seek(toOffset: UInt64(start))
                bytes = try file.read(upToCount: limit) ?? Data()
            } catch {
                throw ModelError(path, "cannot be read: \(error.localizedDescription)")
            }
            guard let last = bytes.lastIndex(of: 10) else {
                if bytes.count < limit { return [] }
                limit *= 2
                continue
            }
            var end = start
            return bytes[...last].split(separator: 10, omittingEmptySubsequences: false).dropLast().map { line in
                end += line.count + 1
                return (try? MLflowEvent(line: Data(line)), end)
            }
        }
    }
}
