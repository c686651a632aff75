#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
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
