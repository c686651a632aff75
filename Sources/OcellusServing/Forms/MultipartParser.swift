/// Reads `multipart/form-data` (RFC 7578, RFC 2046 5.1) as it arrives, in pieces of any size. It keeps no more than a part's
/// headers, or a delimiter's length of its content.
package struct MultipartParser {
    /// What was found, in order: `partBegan`, any number of `content`, `partEnded`, for each part.
    package enum Event {
        case partBegan(MultipartHeaders)
        /// Valid until the call returns.
        case content(UnsafeRawBufferPointer)
        case partEnded
    }

    /// Why a body is not `multipart/form-data`.
    package struct SyntaxError: Error, Equatable { package let reason: String }

    /// The most bytes of a part's headers.
    package static let maximumHeaderBytes = 8192
    /// The most parts.
    package static let maximumParts = 256

    private enum State { case preamble, afterDelimiter, headers, content, epilogue }

    private let delimiter: [UInt8]
    // The delimiter's line end is there before the first byte, because the body may begin with its boundary.
    private var buffer: [UInt8] = [13, 10]
    /// Bytes of the buffer that are done with.
    private var consumed = 0
    private var state = State.preamble
    private var parts = 0
    private var hasSkippedLineEnd = false

    /// - Parameter boundary: as the `Content-Type` gives it, without the leading hyphens.
    package init(boundary: String) { delimiter = Array("\r\n--\(boundary)".utf8) }

    /// Whether the closing boundary was read.
    package var isComplete: Bool { state == .epilogue }

    /// Reads the next bytes.
    /// - Throws: `SyntaxError`, and what `take` throws.
    package mutating func feed(_ bytes: some Collection<UInt8>, _ take: (Event) throws -> Void) throws {
        guard state != .epilogue else { return }
        buffer.append(contentsOf: bytes)
        var position = 0
        while let next = try step(from: position, take) { position = next }
        buffer.removeFirst(min(consumed, buffer.count))
        consumed = 0
    }

    /// One step.
    /// - Returns: where to go on; nil when more bytes are needed.
    private mutating func step(from position: Int, _ take: (Event) throws -> Void) throws -> Int? {
        switch state {
        case .preamble: return skipPreamble(from: position)
        case .afterDelimiter: return try readDelimiterEnd(from: position)
        case .headers: return try readHeaders(from: position, take)
        case .content: return try readContent(from: position, take)
        case .epilogue:
            consumed = buffer.count
            return nil
        }
    }

    private mutating func skipPreamble(from position: Int) -> Int? {
        guard let place = find(from: position) else {
            consumed = max(position, buffer.count - delimiter.count + 1)
            return nil
        }
        state = .afterDelimiter
        return place + delimiter.count
    }

    /// What follows a delimiter: `--`, or white space to the end of its line.
    private mutating func readDelimiterEnd(from position: Int) throws -> Int? {
        consumed = position
        var end = position
        while end < buffer.count, buffer[end] == 32 || buffer[end] == 9 { end += 1 }
        guard end - position <= 128 else { throw SyntaxError(reason: "a boundary is followed by something else") }
        guard buffer.count >= end + 2 else { return nil }
        if end == position, buffer[end] == UInt8(ascii: "-"), buffer[end + 1] == UInt8(ascii: "-") {
            state = .epilogue
            return end + 2
        }
        guard buffer[end] == 13, buffer[end + 1] == 10 else {
            throw SyntaxError(reason: "a boundary is followed by something else")
        }
        parts += 1
        guard parts <= Self.maximumParts else {
            throw SyntaxError(reason: "there are more than \(Self.maximumParts) parts")
        }
        state = .headers
        // The line's end stays: a part without headers has nothing but an empty line.
        return end
    }

    private mutating func readHeaders(from position: Int, _ take: (Event) throws -> Void) throws -> Int? {
        consumed = position
        guard let end = Self.find([13, 10, 13, 10], in: buffer, from: position) else {
            guard buffer.count - position <= Self.maximumHeaderBytes else { throw tooLong }
            return nil
        }
        guard end - position <= Self.maximumHeaderBytes else { throw tooLong }
        let lines = buffer[min(position + 2, end)..<end]
        state = .content
        try take(.partBegan(try MultipartHeaders(lines)))
        // The empty line's end stays: it begins the delimiter when the content is empty.
        return end + 2
    }

    private var tooLong: SyntaxError {
        SyntaxError(reason: "a part's headers are longer than \(Self.maximumHeaderBytes) bytes")
    }

    private mutating func readContent(from position: Int, _ take: (Event) throws -> Void) throws -> Int? {
        // The line end that was left, unless it belongs to the delimiter.
        let start = hasSkippedLineEnd ? position : position + 2
        if let place = find(from: position) {
            try emit(start..<max(start, place), take)
            try take(.partEnded)
            hasSkippedLineEnd = false
            state = .afterDelimiter
            return place + delimiter.count
        }
        let end = buffer.count - delimiter.count + 1
        guard end > start else {
            consumed = position
            return nil
        }
        try emit(start..<end, take)
        hasSkippedLineEnd = true
        consumed = end
        return nil
    }

    private func emit(_ range: Range<Int>, _ take: (Event) throws -> Void) throws {
        guard !range.isEmpty else { return }
        try buffer.withUnsafeBytes { try take(.content(UnsafeRawBufferPointer(rebasing: $0[range]))) }
    }

    private func find(from position: Int) -> Int? { Self.find(delimiter, in: buffer, from: position) }

    /// Where `pattern` begins, at `start` or later.
    private static func find(_ pattern: [UInt8], in buffer: [UInt8], from start: Int) -> Int? {
        buffer.withUnsafeBufferPointer { bytes in
            pattern.withUnsafeBufferPointer { pattern in
                let last = bytes.count - pattern.count
                var place = start
                while place <= last {
                    if bytes[place] == pattern[0] {
                        var matched = 1
                        while matched < pattern.count, bytes[place + matched] == pattern[matched] { matched += 1 }
                        if matched == pattern.count { return place }
                    }
                    place += 1
                }
                return nil
            }
        }
    }
}
