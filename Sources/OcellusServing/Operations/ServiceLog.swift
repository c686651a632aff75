public import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a line an event to standard error: words for people, or JSON for programs.
public struct ServiceLog: LogHandler {
    /// How a line is written.
    public enum Format: String, Sendable, CaseIterable {
        /// `2026-01-31T12:00:00.000Z info request id=… status=200`.
        case text
        /// `{"time":"…","level":"info","message":"request","id":"…","status":"200"}`.
        case json
    }

    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level
    private let format: Format
    private let write: @Sendable (String) -> Void

    /// A log.
    /// - Parameter write: what takes each line; standard error unless given.
    public init(format: Format, level: Logger.Level = .info, write: (@Sendable (String) -> Void)? = nil) {
        self.format = format
        logLevel = level
        self.write = write ?? writeToStandardError
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        var fields = [("time", Self.now), ("level", event.level.rawValue), ("message", "\(event.message)")]
        fields += all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        switch format {
        case .json: write("{" + fields.map { "\(Self.quoted($0)):\(Self.quoted($1))" }.joined(separator: ",") + "}\n")
        case .text:
            let words =
                fields.prefix(3).map { Self.oneLine($0.1) } + fields.dropFirst(3).map { "\($0)=\(Self.word($1))" }
            write(words.joined(separator: " ") + "\n")
        }
    }

    /// A client's words cannot begin a line of the log.
    private static func oneLine(_ text: String) -> String {
        text.unicodeScalars.contains { $0.value < 32 } ? quoted(text) : text
    }

    private static func word(_ text: String) -> String {
        text.isEmpty || text.unicodeScalars.contains { $0.value <= 32 || $0 == "\"" || $0 == "=" } ? quoted(text) : text
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 32 || scalar.value == 127:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// UTC, to the millisecond.
    private static var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        func padded(_ number: Int, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(1900 + parts.tm_year)-\(padded(Int(parts.tm_mon) + 1))-\(padded(Int(parts.tm_mday)))"
            + "T\(padded(Int(parts.tm_hour))):\(padded(Int(parts.tm_min))):\(padded(Int(parts.tm_sec)))"
            + ".\(padded(time.tv_nsec / 1_000_000, 3))Z"
    }
}

/// A whole line at once, so that lines of several threads do not mix. One that cannot be written is lost.
@Sendable private func writeToStandardError(_ line: String) {
    var line = line
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
