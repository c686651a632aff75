#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#endif

/// What is known of the machine.
struct HostProcessor {
    /// As `AMD EPYC 7B13`.
    let name: String
    /// How many threads can run at once.
    let threads: Int
    /// The machine's memory.
    let memoryByteCount: Int

    static let current = HostProcessor(
        name: modelName() ?? "CPU", threads: ProcessInfo.processInfo.activeProcessorCount,
        memoryByteCount: Int(clamping: ProcessInfo.processInfo.physicalMemory))

    /// Bytes of one core's second-level cache. Results do not depend on it: only how work is cut.
    static let secondLevelCache: Int = {
        #if canImport(Glibc)
            let known = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
        #else
            let known = 0
        #endif
        return known > 0 ? known : 1 << 20
    }()

    static func environment(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

    /// Linux' name of the first processor. ARM's kernels give none.
    private static func modelName() -> String? {
        // Not `String(contentsOfFile:)`: files under /proc have no size.
        guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix("model name") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            return String(line[line.index(after: colon)...]).trimmingCharacters(in: .whitespaces)
        }
        return nil
    }
}
