import Ocellus

/// The parts of a report that say how good the model is.
extension RunReport {
    var confusion: String {
        let confusion = metrics.confusion
        let classes = results.classes
        let head = classes.map { "<th scope=\"col\">\(escapedHTML($0))</th>" }.joined()
        let rows = classes.indices.map { truth -> String in
            let support = max(confusion[truth].reduce(0, +), 1)
            let cells = classes.indices.map { predicted -> String in
                let count = confusion[truth][predicted]
                let rate = Double(count) / Double(support)
                let kind = truth == predicted ? "hit" : count > 0 ? "miss" : "none"
                let isLinked = kind == "miss" && pairs.contains { $0 == (truth, predicted) }
                let text = "<b>\(count)</b><span>\(percent(rate))</span>"
                let content = isLinked ? "<a href=\"#cell-\(truth)-\(predicted)\">\(text)</a>" : text
                return "<td class=\"\(kind)\" style=\"--part:\(Int((rate * 100).rounded()))%\">\(content)</td>"
            }
            return "<tr><th scope=\"row\">\(escapedHTML(classes[truth]))</th>\(cells.joined())</tr>"
        }.joined(separator: "\n")
        return """
            <p>A row a true class, a column what it is taken for; rates are of the row.</p>
            <div class="scrolled"><table class="matrix"><tr><td></td>\(head)</tr>
            \(rows)</table></div>
            <div class="cells">\(pairs.map(cell).joined(separator: "\n"))</div>
            """
    }

    /// The confusions whose pictures are shown, the most frequent first.
    private var pairs: [(Int, Int)] {
        let confusion = metrics.confusion
        var all: [(Int, Int)] = []
        for (truth, row) in confusion.enumerated() {
            for (predicted, count) in row.enumerated() where truth != predicted && count > 0 {
                all.append((truth, predicted))
            }
        }
        return Array(all.sorted { confusion[$0.0][$0.1] > confusion[$1.0][$1.1] }.prefix(30))
    }

    private func cell(_ truth: Int, _ predicted: Int) -> String {
        let entries = results.entries(of: truth, takenFor: predicted).sorted { $0.confidence > $1.confidence }
        let shown = entries.prefix(12).map { pictures.figure($0.file, caption: percent(Double($0.confidence))) }
        let more = entries.count > 12 ? "<p>and \(entries.count - 12) more</p>" : ""
        let title = "\(results.classes[truth]) taken for \(results.classes[predicted]): \(entries.count)"
        // Browsers open what a link leads into, not what it leads to.
        return """
            <details><summary>\(escapedHTML(title))</summary>
            <div class="pictures" id="cell-\(truth)-\(predicted)">\(shown.joined())</div>\(more)</details>
            """
    }

    var classTable: String {
        func bar(_ value: Double) -> String {
            "<td class=\"bar\" style=\"--part:\(Int((value * 100).rounded()))%\">\(percent(value))</td>"
        }
        let rows = metrics.perClass.enumerated().map { place, row -> String in
            let rest = [number(row.f1), number(results.averagePrecision(of: place)), "\(row.support)"]
            return "<tr><th scope=\"row\">\(escapedHTML(row.name))</th>" + bar(row.precision) + bar(row.recall)
                + rest.map { "<td>\($0)</td>" }.joined() + "</tr>"
        }.joined(separator: "\n")
        let head = ["class", "precision", "recall", "F1", "average precision", "pictures"].map {
            "<th scope=\"col\">\($0)</th>"
        }
        return "<div class=\"scrolled\"><table><tr>\(head.joined())</tr>\n\(rows)</table></div>"
    }

    var thresholds: String {
        // More lines than these cannot be told apart; those of the classes that are told worst are worth looking at.
        let chosen = results.classes.indices.sorted {
            results.averagePrecision(of: $0) < results.averagePrecision(of: $1)
        }
        .prefix(7).sorted()
        let chart = LineChart(
            title: "Precision over recall", xTitle: "recall",
            series: chosen.map { index in
                LineChart.Series(
                    name: results.classes[index],
                    points: [(0, 1)] + results.precisionRecall(of: index).map { (x: $0.recall, y: $0.precision) })
            }, yBounds: 0...1, xBounds: 0...1, formatsYAsPercent: true)
        let left = results.classes.count - chosen.count
        return "<p>Each class against all others, as the probability from which on a picture is taken for it falls.</p>"
            + "<figure class=\"one\">\(chart.svg)<figcaption>\(chart.title)"
            + (left > 0 ? "; the \(chosen.count) classes that are told worst, of \(results.classes.count)" : "")
            + "</figcaption></figure>"
    }

    var calibration: String {
        let error = results.reliability.expectedCalibrationError
        let mean = results.entries.reduce(0) { $0 + Double($1.confidence) } / Double(max(results.entries.count, 1))
        let difference = mean - results.accuracy
        let verdict =
            abs(difference) < 0.02
            ? "On the whole its confidence is right."
            : difference > 0 ? "It is surer than it should be." : "It is less sure than it could be."
        return """
            <p>\(verdict) Mean confidence is \(percent(mean)), accuracy \(percent(results.accuracy)); the expected calibration error is \
            \(percent(error)). Bars below the dashed line are bins in which it is too sure; the darker a bar, the more pictures.</p>
            <figure class="one">\(ReliabilityDiagram(reliability: results.reliability).svg)<figcaption>Accuracy over confidence</figcaption></figure>
            """
    }

    var mistakes: String {
        let worst = results.mistakes.prefix(12)
        guard !worst.isEmpty else { return "<p>There is none.</p>" }
        let shown = worst.map { entry -> String in
            let (truth, predicted) = (results.classes[entry.label], results.classes[entry.predicted])
            let own = percent(Double(entry.probabilities[entry.label]))
            let taken = percent(Double(entry.confidence))
            return """
                <div class="mistake"><div class="pictures">\(pictures.image(entry.file))\(pictures.overlay(entry.file, entry.predicted))</div>
                <p><b>\(escapedHTML(truth))</b> (\(own)) taken for <b>\(escapedHTML(predicted))</b> (\(taken))</p>
                <p class="quiet">\(escapedHTML(entry.file))</p></div>
                """
        }.joined(separator: "\n")
        return
            "<p>By their loss, the largest first. The second picture shows what speaks for the wrong class (Grad-CAM, blue a little, red most). "
            + "Some such pictures carry a wrong label.</p><div class=\"mistakes\">\(shown)</div>"
    }
}
