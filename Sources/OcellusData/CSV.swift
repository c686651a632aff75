/// Comma-separated values after RFC 4180: a field with a comma, a quotation mark or a line break stands in quotation marks,
/// and a quotation mark in it is doubled. Spaces around quotation marks are not part of the field.
package enum CSV {
    /// One record and the line it starts on, counted from 1.
    package struct Record: Equatable {
        package let line: Int
        package let fields: [String]
    }

    package struct SyntaxError: Error {
        package let line: Int
        package let reason: String
    }

    /// One record with the line break at its end.
    package static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\n" }

    private static func field(_ text: String) -> String {
        let needsQuotes =
            text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
            || text.utf8.first == 0x20 || text.utf8.last == 0x20
        guard needsQuotes else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append("\"") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// Reads records separated by LF or CRLF; blank lines are skipped, as is a byte order mark.
    package static func parse(_ text: String) throws(SyntaxError) -> [Record] {
        var records: [Record] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var line = 1
        var firstLine = 1
        var isQuoted = false
        var wasQuoted = false
        var bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }

        func endRecord() {
            fields.append(String(decoding: field, as: UTF8.self))
            if fields.count > 1 || !fields[0].isEmpty || wasQuoted {
                records.append(Record(line: firstLine, fields: fields))
            }
            fields = []
            field = []
            wasQuoted = false
        }

        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : nil
            index += 1
            if byte == 0x0A { line += 1 }
            if isQuoted {
                if byte == 0x22, next == 0x22 {
                    field.append(byte)
                    index += 1
                } else if byte == 0x22 {
                    isQuoted = false
                } else {
                    field.append(byte)
                }
                continue
            }
            switch byte {
            case 0x22 where !wasQuoted && field.allSatisfy({ $0 == 0x20 }):
                // People and some tools put a space after each comma.
                field = []
                isQuoted = true
                wasQuoted = true
            case 0x2C:
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
                wasQuoted = false
            case 0x0A:
                endRecord()
                firstLine = line
            case 0x0D where next == 0x0A || next == nil: continue
            default:
                if wasQuoted, byte == 0x20 { continue }
                if wasQuoted { throw SyntaxError(line: line, reason: "text follows a closing quotation mark") }
                field.append(byte)
            }
        }
        if isQuoted { throw SyntaxError(line: firstLine, reason: "a quotation mark is not closed") }
        if !field.isEmpty || !fields.isEmpty || wasQuoted { endRecord() }
        return records
    }
}
