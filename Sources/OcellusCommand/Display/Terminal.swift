import Foundation

/// Standard output for results, standard error for the rest; colours only where a person looks.
enum Terminal {
    static let isOutputTerminal = isatty(STDOUT_FILENO) == 1
    static let isErrorTerminal = isatty(STDERR_FILENO) == 1
    private static let isColorWanted =
        (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
        && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    /// A result, on standard output. When it cannot be written, nobody has it: that is a failure.
    static func write(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
        } catch {
            fail("the result cannot be written to standard output: \(error.localizedDescription)")
            exit(EXIT_FAILURE)
        }
    }

    /// A message, on standard error.
    static func note(_ text: String) { send(text + "\n") }

    /// Something that a person should know, on standard error.
    static func warn(_ text: String) { note(styled("warning: ", .yellow, isErrorTerminal) + text) }

    /// Something that failed while the rest goes on, on standard error.
    static func fail(_ text: String) { note(styled("error: ", .red, isErrorTerminal) + text) }

    /// A line that the next one replaces; nothing when no person looks.
    static func status(_ text: String) {
        guard isErrorTerminal else { return }
        send("\r" + text + "\u{1B}[K")
    }

    /// A message that cannot be shown stops nothing.
    private static func send(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Clears the line that `status` wrote.
    static func clearStatus() { status("") }

    /// A line of JSON on standard output.
    static func writeJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        write(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    static func styled(_ text: String, _ style: Style, _ isTerminal: Bool = isOutputTerminal) -> String {
        isTerminal && isColorWanted ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    static func number(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)f", value) }

    /// As `3.1e-13`.
    static func scientific(_ value: Double) -> String { String(format: "%.1e", value) }

    /// As `93.1 %`.
    static func percent(_ part: Double) -> String { number(part * 100, digits: 1) + " %" }

    static func gibibytes(_ byteCount: Int) -> String { number(Double(byteCount) / 1_073_741_824, digits: 1) + " GiB" }

    static func megabytes(_ byteCount: Int) -> String { number(Double(byteCount) / 1e6, digits: 0) + " MB" }

    /// As `1:05` or `2:03:10`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(max(0, min(seconds, 1e9)).rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0
            ? "\(hours):" + String(format: "%02d:%02d", minutes, rest) : "\(minutes):" + String(format: "%02d", rest)
    }
}
