import Ocellus

/// Lines over a common axis, as SVG. They are told apart by dashes and by names at their ends, not by colour alone.
struct LineChart {
    /// One line.
    struct Series {
        var name: String
        /// In rising order of x.
        var points: [(x: Double, y: Double)]
        /// Whether y stays as it is until the next point.
        var isStepped = false
    }

    var title: String
    var xTitle: String
    var series: [Series]
    /// The bounds of y; nil for those of the points.
    var yBounds: ClosedRange<Double>?
    var xBounds: ClosedRange<Double>?
    /// A place on the x axis to point out, and what it is.
    var mark: (x: Double, name: String)?
    var formatsYAsPercent = false

    private static let (width, height) = (560.0, 300.0)
    private static let (left, right, top, bottom) = (56.0, 118.0, 12.0, 44.0)
    private static let dashes = ["", "7 4", "2 3", "10 3 2 3", "4 2", "1 2"]

    var svg: String {
        let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        guard let firstX = points.map(\.x).min(), let lastX = points.map(\.x).max() else { return "" }
        // There is no half of an epoch.
        let isWhole = points.allSatisfy { $0.x == $0.x.rounded() }
        let x = Axis(xBounds ?? firstX...max(lastX, firstX + 1e-9), ticks: 6, least: xBounds == nil && isWhole ? 1 : 0)
        let y = Axis(yBounds ?? Self.bounds(of: points.map(\.y)), ticks: 5)
        func placeX(_ value: Double) -> Double {
            Self.left + x.part(value) * (Self.width - Self.left - Self.right)
        }
        func placeY(_ value: Double) -> Double {
            Self.height - Self.bottom - y.part(value) * (Self.height - Self.top - Self.bottom)
        }
        var parts = grid(x, y, placeX, placeY)
        if let mark {
            let place = number(placeX(mark.x), 1)
            parts.append(
                "<line class=\"mark\" x1=\"\(place)\" x2=\"\(place)\" y1=\"\(Self.top)\" y2=\"\(Self.height - Self.bottom)\"/>"
                    + "<text class=\"small\" x=\"\(number(placeX(mark.x) + 4, 1))\" y=\"\(Self.top + 10)\">\(escapedHTML(mark.name))</text>"
            )
        }
        var ends = series.map { placeY(min(max($0.points.last?.y ?? 0, y.low), y.high)) }
        Self.spread(&ends, gap: 14, within: Self.top...(Self.height - Self.bottom))
        for (place, line) in series.enumerated() {
            let style = "class=\"line s\(place % 7)\" stroke-dasharray=\"\(Self.dashes[place % Self.dashes.count])\""
            parts.append("<path \(style) d=\"\(path(line, placeX, placeY))\"/>")
            let last = line.points.last.map { ($0.x, $0.y) } ?? (x.high, y.low)
            if line.points.count == 1 {
                parts.append(
                    "<circle class=\"dot s\(place % 7)\" cx=\"\(number(placeX(last.0), 1))\" cy=\"\(number(placeY(last.1), 1))\" r=\"3\"/>"
                )
            }
            let edge = Self.width - Self.right
            parts.append(
                "<path \(style) d=\"M\(number(edge + 6, 1)) \(number(ends[place], 1))h18\"/>"
                    + "<text class=\"small\" x=\"\(number(edge + 28, 1))\" y=\"\(number(ends[place] + 4, 1))\">\(escapedHTML(String(line.name.prefix(16))))</text>"
            )
        }
        return
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" aria-label=\"\(escapedHTML(title))\">"
            + "<title>\(escapedHTML(title))</title>" + parts.joined() + "</svg>"
    }

    /// The bounds of values; from zero to beyond what they are, where they are all the same.
    private static func bounds(of values: [Double]) -> ClosedRange<Double> {
        guard let low = values.min(), let high = values.max(), low != 0 || high != 0 else { return 0...1 }
        return low < high ? low...high : min(0, low * 1.25)...max(0, high * 1.25)
    }

    private func grid(
        _ x: Axis, _ y: Axis, _ placeX: (Double) -> Double, _ placeY: (Double) -> Double
    ) -> [String] {
        var parts: [String] = []
        for tick in y.ticks {
            let place = number(placeY(tick), 1)
            parts.append(
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(place)\" y2=\"\(place)\"/>"
                    + "<text class=\"small end\" x=\"\(Self.left - 6)\" y=\"\(number(placeY(tick) + 4, 1))\">"
                    + (formatsYAsPercent ? "\(Int((tick * 100).rounded())) %" : y.text(tick)) + "</text>")
        }
        for tick in x.ticks {
            parts.append(
                "<text class=\"small middle\" x=\"\(number(placeX(tick), 1))\" y=\"\(Self.height - Self.bottom + 16)\">\(x.text(tick))</text>"
            )
        }
        let middle = Self.left + (Self.width - Self.left - Self.right) / 2
        parts.append(
            "<line class=\"axis\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(Self.height - Self.bottom)\" y2=\"\(Self.height - Self.bottom)\"/>"
                + "<text class=\"small middle\" x=\"\(middle)\" y=\"\(Self.height - 8)\">\(escapedHTML(xTitle))</text>")
        return parts
    }

    private func path(_ line: Series, _ placeX: (Double) -> Double, _ placeY: (Double) -> Double) -> String {
        line.points.enumerated().map { place, point in
            let (x, y) = (number(placeX(point.x), 1), number(placeY(point.y), 1))
            if place == 0 { return "M\(x) \(y)" }
            return line.isStepped ? "H\(x)V\(y)" : "L\(x) \(y)"
        }.joined()
    }

    /// Moves places apart so that names do not lie on each other.
    private static func spread(_ places: inout [Double], gap: Double, within bounds: ClosedRange<Double>) {
        let order = places.indices.sorted { places[$0] < places[$1] }
        for (previous, next) in zip(order, order.dropFirst()) {
            places[next] = max(places[next], places[previous] + gap)
        }
        guard let last = order.last, places[last] > bounds.upperBound else { return }
        places[last] = bounds.upperBound
        for (next, previous) in zip(order.reversed(), order.reversed().dropFirst()) {
            places[previous] = min(places[previous], places[next] - gap)
        }
    }

    /// One direction: its bounds, and round places in them.
    private struct Axis {
        let low: Double
        let high: Double
        let ticks: [Double]
        private let step: Double

        /// - Parameter least: how far apart places are at least.
        init(_ bounds: ClosedRange<Double>, ticks count: Int, least: Double = 0) {
            let span = max(bounds.upperBound - bounds.lowerBound, 1e-9)
            (low, high) = (bounds.lowerBound, bounds.lowerBound + span)
            // 1, 2 or 5 times a power of ten.
            var power = 1.0
            while power * 10 <= span / Double(count) { power *= 10 }
            while power > span / Double(count) { power /= 10 }
            let nearest = [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= Double(count) } ?? power * 10
            let step = max(nearest, least)
            self.step = step
            let first = Int((low / step - 1e-9).rounded(.up))
            let last = Int((high / step + 1e-9).rounded(.down))
            ticks = first <= last ? (first...last).map { Double($0) * step } : []
        }

        func part(_ value: Double) -> Double { min(max((value - low) / (high - low), 0), 1) }

        func text(_ tick: Double) -> String {
            var digits = 0
            var rest = step
            while digits < 12, abs(rest - rest.rounded()) > 1e-6 * rest {
                rest *= 10
                digits += 1
            }
            return number(tick, digits)
        }
    }
}
