/// Rows of text in aligned columns: text to the left, numbers to the right.
struct Table {
    private var rows: [[String]]
    private let lastIsText: Bool

    /// A table with a head. What begins with a digit is taken for a number, unless the last column is text all the same.
    init(_ head: [String], lastIsText: Bool = false) {
        rows = [head]
        self.lastIsText = lastIsText
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// The rows, one a line; the head is bold if what shows it is a terminal.
    func text(isTerminal: Bool = Terminal.isOutputTerminal) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { displayWidth($0[column]) }.max() ?? 0 }
        let isNumeric = (0..<columns).map { column in
            !(lastIsText && column == columns - 1)
                && rows.dropFirst().allSatisfy { row in row[column].first?.isNumber ?? true }
        }
        return rows.enumerated().map { index, row in
            let line = row.enumerated().map { column, cell in
                let pad = String(repeating: " ", count: widths[column] - displayWidth(cell))
                if isNumeric[column] { return pad + cell }
                return column == columns - 1 ? cell : cell + pad
            }.joined(separator: "  ")
            return index == 0 ? Terminal.styled(line, .bold, isTerminal) : line
        }.joined(separator: "\n")
    }
}

/// How many columns of a terminal a text takes: two for East Asian wide characters and emoji.
func displayWidth(_ text: String) -> Int {
    text.reduce(0) { width, character in
        guard let scalar = character.unicodeScalars.first else { return width }
        let isWide =
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                true
            default: false
            }
        return width + (isWide ? 2 : 1)
    }
}
