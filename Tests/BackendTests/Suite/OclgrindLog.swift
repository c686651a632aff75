import Foundation
import Synchronization

/// What Oclgrind, the simulator that finds data races and accesses outside of a buffer, has to say.
final class OclgrindLog: Sendable {
    static let shared = OclgrindLog()

    private let file = FileManager.default.temporaryDirectory
        .appending(path: "ocellus-oclgrind-\(ProcessInfo.processInfo.processIdentifier).log")
    private let position = Mutex(0)

    /// Calls `body`, which makes an OpenCL context, with every check of Oclgrind's on and its reports in a file: it reads
    /// its environment whenever it makes one.
    func whileChecking<T>(_ body: () throws -> T) rethrows -> T {
        // Its check for uninitialised memory stops at `freeze`, an instruction that LLVM's optimiser makes.
        setenv("OCLGRIND_BUILD_OPTIONS", "-cl-opt-disable", 1)
        setenv("OCLGRIND_LOG", file.path(), 1)
        setenv("OCLGRIND_CHECK_API", "1", 1)
        // Only here: in contexts of other tests, which are used from several threads, this check would crash.
        setenv("OCLGRIND_UNINITIALIZED", "1", 1)
        setenv("OCLGRIND_DATA_RACES", "1", 1)
        defer { unsetenv("OCLGRIND_UNINITIALIZED") }
        return try body()
    }

    /// What was reported since the last call, shortened; nil when there was nothing.
    func newLines() -> String? {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n")
        let new = position.withLock { seen in
            defer { seen = lines.count }
            return lines.dropFirst(seen)
        }
        return new.isEmpty ? nil : "Oclgrind reports:\n" + new.prefix(30).joined(separator: "\n")
    }
}
