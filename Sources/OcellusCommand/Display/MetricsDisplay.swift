import Ocellus

extension ClassificationMetrics {
    /// Accuracy, a row a class, and the confusion matrix.
    var text: String {
        var lines = [
            Terminal.styled("accuracy \(Terminal.percent(accuracy))", .bold)
                + "  loss \(Terminal.number(loss, digits: 4))"
                + (topK > 1 ? "  top-\(topK) \(Terminal.percent(topKAccuracy))" : "") + "  (\(images) pictures)",
            "",
        ]
        var table = Table(["class", "precision", "recall", "F1", "pictures"])
        for row in perClass {
            table.add([
                row.name, Terminal.percent(row.precision), Terminal.percent(row.recall),
                Terminal.number(row.f1, digits: 3), "\(row.support)",
            ])
        }
        lines += [table.text(), "", "confusion (a row a true class, a column a predicted one)"]
        var matrix = Table(["true \\ predicted"] + classes)
        for (name, row) in zip(classes, confusion) { matrix.add([name] + row.map(String.init)) }
        lines.append(matrix.text())
        let (raw, error) = (
            uncalibratedReliability.expectedCalibrationError, reliability.expectedCalibrationError
        )
        let before = raw == error ? "" : " (\(Terminal.percent(raw)) before calibration)"
        lines += ["", "expected calibration error \(Terminal.percent(error))\(before)"]
        return lines.joined(separator: "\n")
    }
}
