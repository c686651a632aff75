import Foundation

/// A range test drawn: the smoothed loss over the logarithm of the learning rate.
public struct LearningRatePlot: Sendable {
    /// The points within the drawn range, as parts of its width and height, 0…1 from the lower left.
    private let curve: [(x: Double, y: Double)]
    private let rates: ClosedRange<Double>
    private let losses: ClosedRange<Double>
    private let marks: [(name: String, rate: Double)]

    /// Draws a test; nil when it has fewer than two steps.
    public init?(_ test: LearningRateTest) {
        guard let first = test.points.first, let last = test.points.last, test.points.count > 1 else { return nil }
        rates = log10(Double(first.learningRate))...log10(Double(last.learningRate))
        let smoothed = test.points.map(\.smoothedLoss)
        let least = smoothed.min() ?? 0
        // A loss that runs away would press all else to the ground.
        let most = min(smoothed.max() ?? 1, max(smoothed.first ?? 1, least) * 1.5)
        losses = least...max(most, least + 1e-6)
        let (rates, losses) = (rates, losses)
        curve = test.points.map { point in
            (
                (log10(Double(point.learningRate)) - rates.lowerBound) / (rates.upperBound - rates.lowerBound),
                (min(point.smoothedLoss, losses.upperBound) - losses.lowerBound)
                    / (losses.upperBound - losses.lowerBound)
            )
        }
        marks = [("valley", test.valley), ("steepest", test.steepest)].compactMap { name, rate in
            rate.map { (name, log10(Double($0))) }
        }
    }

    private func place(_ rate: Double) -> Double { (rate - rates.lowerBound) / (rates.upperBound - rates.lowerBound) }

    /// Powers of ten in the range.
    private var decades: [Int] {
        let (first, last) = (Int(rates.lowerBound.rounded(.up)), Int(rates.upperBound.rounded(.down)))
        return first <= last ? Array(first...last) : []
    }

    /// The curve in characters of two by four dots (Unicode's Braille patterns), an axis below.
    ///
    /// - Parameters:
    ///   - width: columns of the curve.
    ///   - height: lines of the curve.
    public func text(width: Int = 72, height: Int = 14) -> String {
        var cells = [[UInt32]](repeating: [UInt32](repeating: 0, count: width), count: height)
        let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        func dot(_ x: Double, _ y: Double) {
            let column = min(max(Int(x * Double(2 * width - 1)), 0), 2 * width - 1)
            let row = min(max(Int((1 - y) * Double(4 * height - 1)), 0), 4 * height - 1)
            cells[row / 4][column / 2] |= bits[row % 4][column % 2]
        }
        for (from, to) in zip(curve, curve.dropFirst()) {
            for step in 0...8 {
                let part = Double(step) / 8
                dot(from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part)
            }
        }
        let labels = [losses.upperBound, losses.lowerBound].map { String(format: "%8.3f", $0) }
        var lines = cells.enumerated().map { row, cells in
            let label = row == 0 ? labels[0] : row == height - 1 ? labels[1] : String(repeating: " ", count: 8)
            return label + " │" + String(String.UnicodeScalarView(cells.compactMap { Unicode.Scalar(0x2800 + $0) }))
        }
        var axis = [Character](repeating: "─", count: width)
        var numbers = [Character](repeating: " ", count: width + 8)
        for decade in decades {
            let column = min(max(Int(place(Double(decade)) * Double(width - 1)), 0), width - 1)
            axis[column] = "┴"
            for (offset, character) in "1e\(decade)".enumerated() { numbers[column + offset] = character }
        }
        var pointers = [Character](repeating: " ", count: width)
        for mark in marks {
            pointers[min(max(Int(place(mark.rate) * Double(width - 1)), 0), width - 1)] = Character(
                mark.name.prefix(1).uppercased())
        }
        let margin = String(repeating: " ", count: 8)
        lines.append(margin + " └" + String(axis))
        lines.append(margin + "  " + String(pointers).trimmedEnd)
        lines.append(margin + "  " + String(numbers).trimmedEnd)
        return lines.joined(separator: "\n")
    }

    /// The curve as an SVG file, readable on a light and on a dark ground.
    public var svg: String {
        let (width, height, left, top) = (720.0, 360.0, 64.0, 24.0)
        func x(_ part: Double) -> String { String(format: "%.1f", left + part * width) }
        func y(_ part: Double) -> String { String(format: "%.1f", top + (1 - part) * height) }
        var body: [String] = []
        for decade in decades {
            let place = x(place(Double(decade)))
            body.append(#"<line class="grid" x1="\#(place)" y1="\#(y(1))" x2="\#(place)" y2="\#(y(0))"/>"#)
            body.append(#"<text x="\#(place)" y="\#(top + height + 20)" text-anchor="middle">1e\#(decade)</text>"#)
        }
        for part in stride(from: 0.0, through: 1, by: 0.25) {
            let loss = losses.lowerBound + part * (losses.upperBound - losses.lowerBound)
            body.append(#"<line class="grid" x1="\#(x(0))" y1="\#(y(part))" x2="\#(x(1))" y2="\#(y(part))"/>"#)
            body.append(
                #"<text x="\#(left - 8)" y="\#(y(part))" dy="4" text-anchor="end">\#(String(format: "%.3f", loss))</text>"#
            )
        }
        let points = curve.map { "\(x($0.x)),\(y($0.y))" }.joined(separator: " ")
        body.append(#"<polyline class="curve" points="\#(points)"/>"#)
        for (index, mark) in marks.enumerated() {
            let place = x(place(mark.rate))
            let rate = String(format: "%.2g", pow(10, mark.rate))
            body.append(#"<line class="mark" x1="\#(place)" y1="\#(y(1))" x2="\#(place)" y2="\#(y(0))"/>"#)
            body.append(
                #"<text x="\#(place)" y="\#(top + 14 + Double(index) * 16)" dx="5">\#(mark.name) \#(rate)</text>"#)
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(left + width + 24)) \(Int(top + height + 52))" role="img" \
            aria-label="Loss over learning rate" font-family="system-ui, sans-serif" font-size="13">
            <style>
            text { fill: #444 } .grid { stroke: #8884; } .mark { stroke: #c60; stroke-dasharray: 5 4 }
            .curve { fill: none; stroke: #06c; stroke-width: 2; stroke-linejoin: round }
            @media (prefers-color-scheme: dark) {
              svg { background: #181818 } text { fill: #ccc } .curve { stroke: #6bf } .mark { stroke: #fa5 }
            }
            </style>
            \(body.joined(separator: "\n"))
            <text x="\(left + width / 2)" y="\(top + height + 42)" text-anchor="middle">learning rate</text>
            </svg>

            """
    }
}

extension String {
    /// Without spaces at its end.
    fileprivate var trimmedEnd: String {
        var result = self
        while result.last == " " { result.removeLast() }
        return result
    }
}
