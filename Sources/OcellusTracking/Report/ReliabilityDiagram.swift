import Ocellus

/// Accuracy over confidence as bars, with the diagonal on which they would lie if confidence were right, as SVG. The darker
/// a bar, the more pictures are in its bin.
struct ReliabilityDiagram {
    let reliability: Reliability

    var svg: String {
        let (size, left, top) = (240.0, 48.0, 12.0)
        let bins = reliability.bins
        let total = Double(max(bins.reduce(0) { $0 + $1.images }, 1))
        let width = size / Double(bins.count)
        var parts: [String] = []
        for tick in stride(from: 0.0, through: 1, by: 0.25) {
            let y = top + size * (1 - tick)
            parts.append(
                "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + size)\" y1=\"\(y)\" y2=\"\(y)\"/>"
                    + "<text class=\"small end\" x=\"\(left - 6)\" y=\"\(y + 4)\">\(Int(tick * 100)) %</text>"
                    + "<text class=\"small middle\" x=\"\(left + size * tick)\" y=\"\(top + size + 16)\">\(Int(tick * 100)) %</text>"
            )
        }
        for (place, bin) in bins.enumerated() where bin.images > 0 {
            let x = left + Double(place) * width
            let accuracy = Double(bin.hits) / Double(bin.images)
            let height = accuracy * size
            let part = Double(bin.images) / total
            parts.append(
                "<rect class=\"bar\" x=\"\(number(x + 1, 1))\" y=\"\(number(top + size - height, 1))\" width=\"\(number(width - 2, 1))\" "
                    + "height=\"\(number(height, 1))\" fill-opacity=\"\(number(0.25 + 0.75 * part.squareRoot(), 2))\">"
                    + "<title>confidence \(percent(bin.confidence / Double(bin.images))), right \(percent(accuracy)), \(bin.images) pictures</title></rect>"
            )
        }
        parts.append(
            "<line class=\"mark\" x1=\"\(left)\" y1=\"\(top + size)\" x2=\"\(left + size)\" y2=\"\(top)\"/>"
                + "<text class=\"small middle\" x=\"\(left + size / 2)\" y=\"\(top + size + 36)\">confidence</text>")
        return
            "<svg viewBox=\"0 0 310 300\" role=\"img\" aria-label=\"Accuracy over confidence\"><title>Accuracy over confidence; the darker a bar, the more pictures</title>"
            + parts.joined() + "</svg>"
    }
}
