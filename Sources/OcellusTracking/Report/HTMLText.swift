import Foundation
import Ocellus

/// As `93.1 %`.
func percent(_ part: Double) -> String { String(format: "%.1f %%", part * 100) }

/// A number with so many digits behind its point.
func number(_ value: Double, _ digits: Int = 3) -> String { String(format: "%.\(digits)f", value) }

/// Rows of cells, escaped, as a table's body; the first of each row is its head.
func tableRows(_ rows: [[String]]) -> String {
    rows.map { row in
        "<tr>"
            + row.enumerated().map { place, cell in
                place == 0 ? "<th scope=\"row\">\(escapedHTML(cell))</th>" : "<td>\(escapedHTML(cell))</td>"
            }.joined() + "</tr>"
    }.joined(separator: "\n")
}
